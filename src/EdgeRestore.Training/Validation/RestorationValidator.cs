using EdgeRestore.Metrics;
using EdgeRestore.Training.Readings;
using TorchSharp;

namespace EdgeRestore.Training.Validation;

/// <summary>Measures the averaged weights in float32 with the degradation given, 8 bit in and out.</summary>
internal static class RestorationValidator
{
    public static IReadOnlyList<RowQuality> Measure(TrainedNetwork network, ValidationSet set)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var reading = network.Read();
        return [.. set.Rows.Select(row => Measure(network, reading, row))];
    }

    private static RowQuality Measure(TrainedNetwork network, TorchReading reading, ValidationRow row)
    {
        var psnrOut = 0.0;
        var ssimOut = 0.0;
        foreach (var sample in row.Samples)
        {
            using var scope = torch.NewDisposeScope();
            using var restored = network.Restore(reading, sample.Degraded, row.Degradation);
            psnrOut += Psnr.Compute(sample.Clean, restored);
            ssimOut += Ssim.Compute(sample.Clean, restored);
        }

        return new RowQuality(
            row.Name,
            row.Samples.Average(sample => sample.PsnrIn),
            psnrOut / row.Samples.Count,
            row.Samples.Average(sample => sample.SsimIn),
            ssimOut / row.Samples.Count);
    }
}

/// <summary>Mean quality of one validation row, in and out.</summary>
internal sealed record RowQuality(string Name, double PsnrIn, double PsnrOut, double SsimIn, double SsimOut);
