using System.Collections.Concurrent;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Pairs;
using EdgeRestore.Training.Recipes;

namespace EdgeRestore.Training.Sampling;

/// <summary>
/// The pairs of one folder, split into those that are trained on and those that validate. Thread-safe.
/// </summary>
/// <remarks>
/// Decoded pairs stay in memory until the budget is used up; later ones are decoded each time. Which they are changes
/// speed, never results.
/// </remarks>
internal sealed class PairSet
{
    private readonly ConcurrentDictionary<ImagePair, DecodedPair> _decoded = new();
    private readonly long _budgetBytes;
    private long _keptBytes;

    private PairSet(string name, double weight, IReadOnlyList<ImagePair> pairs, int validating, long budgetBytes)
    {
        Name = name;
        Weight = weight;
        Training = [.. pairs.Skip(validating)];
        Validation = [.. pairs.Take(validating)];
        _budgetBytes = budgetBytes;
    }

    /// <summary>The folder's name, for tables.</summary>
    public string Name { get; }

    public double Weight { get; }

    public IReadOnlyList<ImagePair> Training { get; }

    public IReadOnlyList<ImagePair> Validation { get; }

    /// <summary>Finds the pairs of a folder; nothing is decoded yet.</summary>
    /// <param name="recipe">Checked.</param>
    /// <param name="validationCount">Pairs that validate, at most a quarter of all.</param>
    /// <param name="budgetBytes">What may stay decoded in memory.</param>
    /// <exception cref="EdgeRestoreException">There are no pairs, or some files have no counterpart.</exception>
    public static PairSet Load(PairsRecipe recipe, int validationCount, long budgetBytes)
    {
        Degradation? given = recipe.Degradation is { } name && DegradationNames.TryParse(name, out var parsed)
            ? parsed
            : null;

        // Which pairs validate depends on their names alone, so that it stays the same when others are added.
        var pairs = PairLayout.Find(recipe.Layout)!.Find(recipe.Folder, given)
            .OrderBy(pair => Prng.Combine(0, Path.GetRelativePath(recipe.Folder, pair.InputPath)))
            .ToList();
        return new PairSet(
            Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(recipe.Folder))),
            recipe.Weight,
            pairs,
            Math.Clamp(validationCount, 1, Math.Max(1, pairs.Count / 4)),
            budgetBytes);
    }

    /// <summary>Draws a pair whose sides hold a patch.</summary>
    /// <exception cref="EdgeRestoreException">A file cannot be read, or all that were tried are too small.</exception>
    public (ImagePair Pair, DecodedPair Frames) Draw(ref Prng prng, int patch)
    {
        var start = prng.NextInt32(0, Training.Count);
        for (var offset = 0; offset < Training.Count; offset++)
        {
            var pair = Training[(start + offset) % Training.Count];
            var frames = Decode(pair);
            if (Math.Min(frames.Clean.Width, frames.Clean.Height) >= patch)
            {
                return (pair, frames);
            }
        }

        throw new EdgeRestoreException(
            $"None of the {Training.Count} pairs of '{Name}' has sides of at least {patch} pixels, the recipe's patch. "
            + "Make the patches of its phases smaller, or take the folder out of data.pairs.");
    }

    /// <summary>Both images; the set keeps them, nobody disposes them.</summary>
    public DecodedPair Decode(ImagePair pair)
    {
        if (_decoded.TryGetValue(pair, out var kept))
        {
            return kept;
        }

        var target = ImageCodec.Load(pair.TargetPath);
        var input = pair.IsMadeNoisy ? target : ImageCodec.Load(pair.InputPath);
        if (input.Width != target.Width || input.Height != target.Height)
        {
            throw new EdgeRestoreException(
                $"'{pair.InputPath}' is {input.Width}x{input.Height} and its counterpart '{pair.TargetPath}' "
                + $"{target.Width}x{target.Height}; both must be of one size. Remove or replace the pair.");
        }

        var frames = new DecodedPair(input, target);
        var length = (long)target.LengthBytes * (pair.IsMadeNoisy ? 1 : 2);
        if (Interlocked.Add(ref _keptBytes, length) <= _budgetBytes)
        {
            _decoded.TryAdd(pair, frames);
        }
        else
        {
            Interlocked.Add(ref _keptBytes, -length);
        }

        return frames;
    }
}

/// <summary>Both images of a pair, Rgb24.</summary>
internal sealed record DecodedPair(Frame Degraded, Frame Clean);
