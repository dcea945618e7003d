using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Networks;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Validation;

/// <summary>Measures the averaged weights in float32 with the degradation given, 8 bit in and out.</summary>
internal static class RestorationValidator
{
    public static IReadOnlyList<RowQuality> Measure(
        RestorationNetwork network, ParameterVector layout, Tensor weights, ValidationSet set,
        SemanticEncoder? encoder = null)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var reading = new TorchReading(layout.Bind(weights, ScalarType.Float32), ScalarType.Float32);
        return [.. set.Rows.Select(row => Measure(network, reading, row, weights.device, encoder))];
    }

    private static RowQuality Measure(
        RestorationNetwork network, TorchReading reading, ValidationRow row, Device device, SemanticEncoder? encoder)
    {
        var psnrOut = 0.0;
        var ssimOut = 0.0;
        foreach (var sample in row.Samples)
        {
            using var scope = torch.NewDisposeScope();
            using var restored = Restore(network, reading, sample.Degraded, row.Degradation, device, encoder);
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

    /// <summary>One frame through the network, rounded to 8 bit; the caller disposes it.</summary>
    public static Frame Restore(
        RestorationNetwork network, TorchReading reading, Frame degraded, Degradation degradation, Device device,
        SemanticEncoder? encoder = null)
    {
        var image = TrainingTask.ToImage(
            degraded.Pixels.ToArray(), 1, degraded.Height, degraded.Width, device);
        var prompt = encoder is not null
            ? TrainingTask.ToTokens([encoder.Encode(degraded)], network.Prompt!.Shape[^1].Size!.Value, device)
            : network.TakesPrompt
                ? torch.tensor([(long)DegradationRow.Of(degradation)]).to(device)
                : null;
        var output = network.Restore(reading, image, prompt).permute(0, 2, 3, 1)
            .mul(255).round().clamp(0, 255).to(ScalarType.Byte).cpu().contiguous();
        var frame = Frame.Rent(degraded.Width, degraded.Height, PixelFormat.Rgb24);
        output.data<byte>().ToArray().CopyTo(frame.Pixels);
        return frame;
    }
}

/// <summary>Mean quality of one validation row, in and out.</summary>
internal sealed record RowQuality(string Name, double PsnrIn, double PsnrOut, double SsimIn, double SsimOut);
