using System.ComponentModel.DataAnnotations;
using System.Net;

namespace EdgeRestore.Daemon.Settings;

/// <summary>What a setting may be, told by its error and by the help.</summary>
internal abstract class AllowedAttribute(string allowed) : ValidationAttribute
{
    public string Allowed => allowed;
}

/// <summary>A number within a range, both ends included.</summary>
internal sealed class WithinAttribute(int minimum, int maximum) : AllowedAttribute($"{minimum} to {maximum}")
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is int number && number >= minimum && number <= maximum
            ? ValidationResult.Success
            : new ValidationResult($"is {value}; allowed is {Allowed}");
}

/// <summary>One of a few words.</summary>
internal sealed class OneOfAttribute(params string[] words) : AllowedAttribute(string.Join(", ", words))
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is string word && words.Contains(word, StringComparer.OrdinalIgnoreCase)
            ? ValidationResult.Success
            : new ValidationResult($"is '{value}'; allowed are {Allowed}");
}

/// <summary>An IPv4 or IPv6 address with a port.</summary>
internal sealed class EndpointAttribute(bool isRequired = true) : ValidationAttribute
{
    // What a socket's address holds, its final zero left out (man 7 unix).
    private const int MaxUnixPathLength = 107;

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        (value is null && !isRequired) || (value is string text && (IsIp(text) || IsUnix(text)))
            ? ValidationResult.Success
            : new ValidationResult(
                $"is '{value}'; allowed is an IP address with a port, such as 127.0.0.1:50051, 0.0.0.0:50051 or "
                + $"[::1]:50051, or unix: with the absolute path of a socket");

    private static bool IsIp(string text) =>
        IPEndPoint.TryParse(text, out var endpoint) && text.EndsWith($":{endpoint.Port}", StringComparison.Ordinal);

    private static bool IsUnix(string text) =>
        text.StartsWith(ListenOptions.UnixPrefix, StringComparison.Ordinal)
        && text[ListenOptions.UnixPrefix.Length..] is ['/', _, ..] path
        && System.Text.Encoding.UTF8.GetByteCount(path) <= MaxUnixPathLength;
}

/// <summary>The address of an HTTP server, or none.</summary>
internal sealed class HttpAddressAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is null || (Uri.TryCreate((string)value, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https")
            ? ValidationResult.Success
            : new ValidationResult($"is '{value}'; allowed is an address such as http://127.0.0.1:4317");
}
