using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Pairs;
using EdgeRestore.Training.Sampling;

namespace EdgeRestore.Training.Validation;

/// <summary>
/// Degraded crops of photographs that are not trained on, with the parameters in the middle of the ranges.
/// </summary>
/// <remarks>
/// These photographs come from the training list. The held-out list judges packages and is never read here.
/// </remarks>
internal sealed class ValidationSet : IDisposable
{
    private const ulong Seed = 0x56414C4944415445;

    // The middle one of the benchmarks' levels.
    private const double PairSigma = 25;

    private ValidationSet(IReadOnlyList<ValidationRow> rows) => Rows = rows;

    public IReadOnlyList<ValidationRow> Rows { get; }

    /// <param name="photographs">Whose validation photographs are taken; none where pairs alone are trained on.</param>
    /// <param name="cropPixels">Side of a crop, or the photograph's where that is smaller.</param>
    /// <param name="count">How many of them at most.</param>
    /// <param name="withClear">Adds a row without degradation.</param>
    /// <param name="pairs">Whose validation pairs are taken, a row for each degradation of each folder.</param>
    public static ValidationSet Make(
        PhotographSet? photographs,
        int cropPixels,
        int count = int.MaxValue,
        bool withClear = false,
        IReadOnlyList<PairSet>? pairs = null)
    {
        using var synthesizer = new DegradationSynthesizer();
        var rows = new List<ValidationRow>();
        foreach (var (name, degradation, sigma) in photographs is null ? [] : RowKinds(withClear))
        {
            var row = new ValidationRow(name, degradation);
            for (var index = 0; index < Math.Min(count, photographs!.Validation.Count); index++)
            {
                var photograph = photographs.Validation[index].Frame;
                var width = Math.Min(cropPixels, photograph.Width);
                var height = Math.Min(cropPixels, photograph.Height);
                var left = (photograph.Width - width) / 2;
                var top = (photograph.Height - height) / 2;
                var seed = Prng.Combine(Prng.Combine(Seed, name), (ulong)index);
                var prng = new Prng(seed);
                var parameters = DegradationSampler.Evaluation.Draw(degradation, ref prng);
                if (sigma > 0)
                {
                    parameters = parameters with { Noise = new NoiseParameters(sigma) };
                }

                var clean = Frame.Rent(width, height, PixelFormat.Rgb24);
                var degraded = Frame.Rent(width, height, PixelFormat.Rgb24);
                RestorationSampler.Crop(photograph, left, top, clean);
                synthesizer.Apply(photograph, left, top, parameters, seed, degraded);
                row.Samples.Add(new ValidationSample(
                    clean, degraded, Psnr.Compute(clean, degraded), Ssim.Compute(clean, degraded)));
            }

            rows.Add(row);
        }

        return new ValidationSet([.. rows, .. (pairs ?? []).SelectMany(set => RowsOf(set, cropPixels))]);
    }

    private static IEnumerable<ValidationRow> RowsOf(PairSet set, int cropPixels)
    {
        foreach (var pairs in set.Validation.GroupBy(pair => pair.Degradation))
        {
            // The name becomes a cell of a CSV file.
            var row = new ValidationRow($"{set.Name}/{pairs.Key.ToName()}".Replace(',', '_'), pairs.Key);
            foreach (var pair in pairs)
            {
                var frames = set.Decode(pair);
                var width = Math.Min(cropPixels, frames.Clean.Width);
                var height = Math.Min(cropPixels, frames.Clean.Height);
                var (left, top) = ((frames.Clean.Width - width) / 2, (frames.Clean.Height - height) / 2);
                var clean = Frame.Rent(width, height, PixelFormat.Rgb24);
                var degraded = Frame.Rent(width, height, PixelFormat.Rgb24);
                RestorationSampler.Crop(frames.Clean, left, top, clean);
                if (pair.IsMadeNoisy)
                {
                    var prng = new Prng(Prng.Combine(Prng.Combine(Seed, set.Name), (ulong)row.Samples.Count));
                    BenchmarkNoise.Add(clean, PairSigma, ref prng, degraded);
                }
                else
                {
                    RestorationSampler.Crop(frames.Degraded, left, top, degraded);
                }

                row.Samples.Add(new ValidationSample(
                    clean, degraded, Psnr.Compute(clean, degraded), Ssim.Compute(clean, degraded)));
            }

            yield return row;
        }
    }

    public void Dispose()
    {
        foreach (var sample in Rows.SelectMany(row => row.Samples))
        {
            sample.Clean.Dispose();
            sample.Degraded.Dispose();
        }
    }

    private static IEnumerable<(string Name, Degradation Degradation, double Sigma)> RowKinds(
        bool withClear)
    {
        foreach (var degradation in DegradationNames.All.Where(known => withClear || known != Degradation.Clear))
        {
            if (degradation == Degradation.Noise)
            {
                // The levels of the benchmarks.
                yield return ("noise-15", degradation, 15);
                yield return ("noise-25", degradation, 25);
                yield return ("noise-50", degradation, 50);
            }
            else
            {
                yield return (degradation.ToName(), degradation, 0);
            }
        }
    }
}

/// <summary>One degradation (and level) over all validation photographs.</summary>
internal sealed record ValidationRow(string Name, Degradation Degradation)
{
    public List<ValidationSample> Samples { get; } = [];
}

/// <summary>A crop, its degraded form, and the quality of the latter.</summary>
internal sealed record ValidationSample(Frame Clean, Frame Degraded, double PsnrIn, double SsimIn);
