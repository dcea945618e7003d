using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRestore.Quantization.Search;

/// <summary>What a search found for a package: everything that a report tells.</summary>
public sealed record PackageOutcome
{
    public required string Package { get; init; }

    public required string PackageSha256 { get; init; }

    /// <summary>The profile that forms were made for.</summary>
    public required string Device { get; init; }

    /// <summary>Where speed was measured, and on what.</summary>
    public required string MeasuredOn { get; init; }

    public required int CalibrationFrames { get; init; }

    public required SearchSettings Settings { get; init; }

    public required ImmutableArray<RouteOutcome> Routes { get; init; }

    /// <summary>Bytes of the source package's files, and of the forms beside them.</summary>
    public long SourceBytes { get; init; }

    public long FormBytes { get; init; }

    /// <summary>Ship it or not, and why: one line.</summary>
    [JsonIgnore]
    public string Verdict
    {
        get
        {
            var taken = Routes.Where(route => route.IsTaken).ToList();
            if (taken.Count == 0)
            {
                var reason = Routes.CountBy(route => route.Reason).MaxBy(count => count.Value).Key;
                return $"Do not ship it: nothing is better than FP32 here. {reason}.";
            }

            var speedups = taken.Where(route => route.Speedup is not null).Select(route => route.Speedup!.Value)
                .ToList();
            var drop = taken.Max(route => route.Drop);
            var between = taken.SelectMany(route => route.Costs).Min(cost => cost.PsnrBetween);
            return string.Create(CultureInfo.InvariantCulture,
                $"Ship it: {taken.Count} of {Routes.Length} networks gain, ")
                + (speedups.Count > 0
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"{speedups.Average():F2} times FP32's speed on average on {MeasuredOn}, ")
                    : "with their speed still to be measured on the device, ")
                + (drop is { } lost
                    ? string.Create(CultureInfo.InvariantCulture, $"at most {lost:F3} dB lost.")
                    : string.Create(
                        CultureInfo.InvariantCulture, $"{between:F1} dB or more between their results and FP32's."))
                + (taken.Count < Routes.Length ? " The others stay FP32, each for the reason given below." : "");
        }
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, OutcomeJsonContext.Default.PackageOutcome);

    /// <exception cref="QuantizationException">The file is missing or no outcome.</exception>
    public static PackageOutcome Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), OutcomeJsonContext.Default.PackageOutcome)
                ?? throw new JsonException("it is null");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new QuantizationException(
                $"'{path}' cannot be read as the outcome of a search: {exception.Message} Give the folder that "
                + "'quantize mixed' or 'quantize auto' wrote beside its package.",
                exception);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    IncludeFields = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PackageOutcome))]
[JsonSerializable(typeof(RouteOutcome))]
internal sealed partial class OutcomeJsonContext : JsonSerializerContext;
