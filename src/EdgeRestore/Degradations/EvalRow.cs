using System.Collections.Immutable;
using System.Globalization;

namespace EdgeRestore.Degradations;

/// <summary>One line of the evaluation's table: a degradation, and for noise alone its strength.</summary>
/// <param name="Degradation">The class that a classifier should find.</param>
/// <param name="Sigma">Standard deviation of the noise on the 0–255 scale, where it is fixed.</param>
public sealed record EvalRow(Degradation Degradation, int? Sigma = null)
{
    /// <summary>All rows of <c>eval-v1</c> in the order of reports.</summary>
    public static ImmutableArray<EvalRow> All { get; } =
    [
        new(Degradation.Clear),
        new(Degradation.Noise, 15), new(Degradation.Noise, 25), new(Degradation.Noise, 50),
        new(Degradation.Rain), new(Degradation.Haze), new(Degradation.Snow), new(Degradation.Blur),
        new(Degradation.LowLight), new(Degradation.Compression),
        new(Degradation.LowLightNoise), new(Degradation.LowLightHaze), new(Degradation.LowLightRain),
        new(Degradation.HazeRain), new(Degradation.HazeSnow),
    ];

    /// <summary>Name for tables and files: the degradation's, with the strength where there are several.</summary>
    public string Name => Degradation.ToName() + Sigma?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Finds a row by its name.</summary>
    public static EvalRow? Find(string name) =>
        All.FirstOrDefault(row => string.Equals(row.Name, name, StringComparison.OrdinalIgnoreCase));
}
