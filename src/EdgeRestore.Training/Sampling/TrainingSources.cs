using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Sampling;

/// <summary>What samples are drawn from: photographs that are degraded here, and pairs out of folders.</summary>
internal sealed record TrainingSources(PhotographSet? Photographs, IReadOnlyList<PairSet> Pairs) : IDisposable
{
    // Decoded pairs in memory, over all folders: what a box with 8 GB has to spare.
    private const long PairsBudgetBytes = 2L << 30;

    /// <exception cref="EdgeRestoreException">Photographs or pairs are missing or do not fit.</exception>
    public static TrainingSources Load(
        Recipe recipe, string photographFolder, int sideMin, bool isForClassifier, CancellationToken cancellationToken)
    {
        var data = recipe.Data;
        var pairs = data.Pairs
            .Select(folder => PairSet.Load(folder, recipe.Validation.Pairs, PairsBudgetBytes / data.Pairs.Count))
            .ToList();
        return new TrainingSources(
            data.Synthetic > 0
                ? PhotographSet.Load(
                    photographFolder, recipe.Validation.Photographs, sideMin, isForClassifier, cancellationToken)
                : null,
            pairs);
    }

    /// <summary>One line for the log.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (Photographs is { } photographs)
        {
            parts.Add(
                $"{photographs.Training.Count} photographs to train on, {photographs.Validation.Count} to validate, "
                + $"{photographs.LengthBytes / 1e6:F0} MB in memory"
                + (photographs.LeftOut is { } leftOut ? $" ({leftOut})" : ""));
        }

        parts.AddRange(Pairs.Select(
            set => $"{set.Training.Count} pairs of {set.Name} to train on, {set.Validation.Count} to validate"));
        return string.Join("; ", parts);
    }

    public void Dispose() => Photographs?.Dispose();
}
