using System.Text;

namespace EdgeRestore.Packages;

/// <summary>One signature over a package's manifest, and so over every file, whose hash the manifest holds.</summary>
/// <param name="KeyId">SHA-256 of the signer's public key (SubjectPublicKeyInfo, DER), lower-case hexadecimal.</param>
/// <param name="Value">ECDSA over P-256 with SHA-256 of the manifest's bytes; DER, as OpenSSL writes and reads
/// it.</param>
public sealed record PackageSignature(string KeyId, byte[] Value)
{
    /// <summary>Beside the manifest; text, a signature a line, several while keys change.</summary>
    public const string FileName = PackageManifest.FileName + ".sig";

    private const string Header = "edgerestore-signatures 1";
    private const string Algorithm = "ecdsa-p256-sha256";
    public const int MaxLengthBytes = 1 << 14;
    private const int MaxCount = 16;

    /// <summary>The signatures in a package's folder; none when it has no such file.</summary>
    /// <exception cref="PackageException">The file is not what <see cref="Format"/> writes.</exception>
    public static IReadOnlyList<PackageSignature> Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return [];
        }

        using var stream = File.OpenRead(path);
        if (stream.Length > MaxLengthBytes)
        {
            throw Invalid($"{stream.Length} bytes", $"up to {MaxLengthBytes}");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return Parse(bytes);
    }

    /// <summary>Reads what <see cref="Format"/> wrote.</summary>
    /// <exception cref="PackageException">It is something else.</exception>
    public static IReadOnlyList<PackageSignature> Parse(ReadOnlySpan<byte> text)
    {
        var lines = Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0 || lines[0] != Header)
        {
            throw Invalid(lines.Length == 0 ? "nothing" : $"'{Shorten(lines[0])}' first", $"'{Header}'");
        }

        return lines.Length - 1 <= MaxCount
            ? [.. lines.Skip(1).Select(ParseLine)]
            : throw Invalid($"{lines.Length - 1} signatures", $"up to {MaxCount}");
    }

    public static byte[] Format(IEnumerable<PackageSignature> signatures) => Encoding.UTF8.GetBytes(string.Concat(
        signatures.Select(signature => $"{Algorithm} {signature.KeyId} {Convert.ToBase64String(signature.Value)}\n")
            .Prepend(Header + "\n")));

    private static PackageSignature ParseLine(string line)
    {
        var value = new byte[MaxLengthBytes];
        return line.Split(' ') is [Algorithm, { Length: 64 } keyId, var base64]
            && keyId.All(char.IsAsciiHexDigitLower)
            && Convert.TryFromBase64String(base64, value, out var length)
                ? new PackageSignature(keyId, value[..length])
                : throw Invalid($"'{Shorten(line)}'", $"'{Algorithm} KEY-ID BASE64'");
    }

    private static string Shorten(string line) => line.Length <= 40 ? line : line[..40] + "...";

    private static PackageException Invalid(string found, string allowed) => new(
        $"The signatures in '{FileName}' cannot be read: found {found}, allowed {allowed}. Sign the package again.");
}
