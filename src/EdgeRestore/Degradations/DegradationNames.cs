using System.Collections.Immutable;

namespace EdgeRestore.Degradations;

/// <summary>
/// The names that manifests, options, files and the wire use for degradations, and what the pairs consist of.
/// </summary>
public static class DegradationNames
{
    private static readonly ImmutableArray<string> Names =
    [
        "clear", "noise", "rain", "haze", "snow", "blur", "low-light", "compression",
        "low-light+noise", "low-light+haze", "low-light+rain", "haze+rain", "haze+snow",
    ];

    /// <summary>Number of degradations, Clear included.</summary>
    public static int Count => Names.Length;

    /// <summary>All degradations in the order of their numeric value.</summary>
    public static ImmutableArray<Degradation> All { get; } =
        [.. Enumerable.Range(0, Names.Length).Select(index => (Degradation)index)];

    /// <summary>Name of a degradation, such as <c>low-light+noise</c>.</summary>
    public static string ToName(this Degradation degradation) => Names[(int)degradation];

    /// <summary>The name in the form used for files: <c>low-light_noise</c>.</summary>
    public static string ToFileName(this Degradation degradation) => degradation.ToName().Replace('+', '_');

    /// <summary>Finds a degradation by its name, ignoring case.</summary>
    public static bool TryParse(string name, out Degradation degradation)
    {
        for (var index = 0; index < Names.Length; index++)
        {
            if (string.Equals(Names[index], name, StringComparison.OrdinalIgnoreCase))
            {
                degradation = (Degradation)index;
                return true;
            }
        }

        degradation = default;
        return false;
    }

    /// <summary>The single degradations that make up a pair, or the degradation itself.</summary>
    public static ImmutableArray<Degradation> Constituents(this Degradation degradation) => degradation switch
    {
        Degradation.LowLightNoise => [Degradation.LowLight, Degradation.Noise],
        Degradation.LowLightHaze => [Degradation.LowLight, Degradation.Haze],
        Degradation.LowLightRain => [Degradation.LowLight, Degradation.Rain],
        Degradation.HazeRain => [Degradation.Rain, Degradation.Haze],
        Degradation.HazeSnow => [Degradation.Snow, Degradation.Haze],
        _ => [degradation],
    };
}
