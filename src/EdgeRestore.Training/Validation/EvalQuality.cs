using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Metrics;
using EdgeRestore.Packages;
using EdgeRestore.Photographs;
using TorchSharp;

namespace EdgeRestore.Training.Validation;

/// <summary>
/// Measures every route on the held-out photographs, for a manifest: a report, which no training decision reads.
/// </summary>
internal static class EvalQuality
{
    /// <summary>The row that stands for a route where a degradation has several.</summary>
    private const int NoiseSigma = 25;

    public static ImmutableDictionary<Degradation, PackageQuality> Measure(
        TrainedNetwork network, string photographRoot, TextWriter progress)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var protocol = new EvalProtocol(new PhotographLibrary(photographRoot));
        var reading = network.Read();
        var rows = EvalRow.All
            .Where(row => row.Degradation != Degradation.Clear && row.Sigma is null or NoiseSigma)
            .ToList();
        var sums = rows.ToDictionary(row => row.Degradation, _ => new double[4]);
        var count = 0;
        foreach (var sample in protocol.Enumerate(rows))
        {
            using var step = torch.NewDisposeScope();
            using var restored = network.Restore(reading, sample.Degraded, sample.Row.Degradation);
            var sum = sums[sample.Row.Degradation];
            sum[0] += Psnr.Compute(sample.Clean, sample.Degraded);
            sum[1] += Psnr.Compute(sample.Clean, restored);
            sum[2] += Ssim.Compute(sample.Clean, sample.Degraded);
            sum[3] += Ssim.Compute(sample.Clean, restored);
            count++;
            progress.WriteLine(
                $"{EvalProtocol.Name} {count} of {EvalProtocol.CountCases(rows.Count)}: {sample.Row.Name}");
        }

        var images = (double)count / rows.Count;
        return sums.ToImmutableDictionary(
            pair => pair.Key,
            pair => new PackageQuality
            {
                Protocol = pair.Key == Degradation.Noise
                    ? $"{EvalProtocol.Name}, sigma {NoiseSigma}"
                    : EvalProtocol.Name,
                PsnrIn = Math.Round(pair.Value[0] / images, 2),
                PsnrOut = Math.Round(pair.Value[1] / images, 2),
                SsimIn = Math.Round(pair.Value[2] / images, 4),
                SsimOut = Math.Round(pair.Value[3] / images, 4),
            });
    }
}
