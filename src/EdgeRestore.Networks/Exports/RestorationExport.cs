using System.Collections.Immutable;
using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Exports;

/// <summary>Restoration networks as ONNX files.</summary>
public static class RestorationExport
{
    /// <summary>The graph that serves: bytes in, bytes out, padding, clamp and checks inside.</summary>
    /// <remarks>
    /// frame uint8 (N, H, W, 3) RGB, strength float (1) in [0, 1] and, where the network takes one, its prompt ->
    /// restored uint8 (N, H, W, 3), rounded half to even; nonfinite int64 (N), how many values before the clamp are NaN
    /// or infinite; range float (N, 2), minimum and maximum before the clamp. N, H and W are the run's, unless a size
    /// fixes them.
    /// </remarks>
    public static OnnxFile ToServing(RestorationNetwork network, NamedTensors weights, FixedSize? size = null)
    {
        var builder = new GraphBuilder(network.Family);
        var (batch, height, width) = Axes(network, size);
        var frame = builder.Input("frame", ElementType.UInt8, batch, height, width, 3);
        var strength = builder.Input("strength", ElementType.Float, (Dimension)1);
        var prompt = network.Prompt?.ToInput(builder, size);
        var reading = new OnnxReading(builder, weights, isFixed: size is not null);

        var image = ImageGraph.FromBytes(builder, frame);
        var residual = network.Residual(reading, ImageValue(network, image, size), prompt);
        var scaled = builder.Add("Mul", [reading.NameOf(residual), strength]);
        var output = builder.Add("Add", [image, scaled]);

        builder.Output(
            ImageGraph.ToBytes(builder, output), "restored", ElementType.UInt8, batch, height, width, 3);
        builder.Output(ImageGraph.CountNonfinite(builder, output), "nonfinite", ElementType.Int64, batch);
        builder.Output(ImageGraph.Range(builder, output), "range", ElementType.Float, batch, 2);
        return new(builder.Graph);
    }

    /// <summary>The bare network, for tests, benchmarks and calibration.</summary>
    /// <remarks>
    /// image float (N, 3, H, W) in [0, 1] and, where the network takes one, its prompt -> output float (N, 3, H, W),
    /// not clamped.
    /// </remarks>
    public static OnnxFile ToFloat(RestorationNetwork network, NamedTensors weights, FixedSize? size = null)
    {
        var builder = new GraphBuilder(network.Family);
        var (batch, height, width) = Axes(network, size);
        var image = builder.Input("image", ElementType.Float, batch, 3, height, width);
        var prompt = network.Prompt?.ToInput(builder, size);
        var reading = new OnnxReading(builder, weights, isFixed: size is not null);

        var output = network.Restore(reading, ImageValue(network, image, size), prompt);

        builder.Output(reading.NameOf(output), "output", ElementType.Float, batch, 3, height, width);
        return new(builder.Graph);
    }

    private static (Dimension Batch, Dimension Height, Dimension Width) Axes(
        RestorationNetwork network, FixedSize? size)
    {
        if (size is null)
        {
            return ("batch", "height", "width");
        }

        // Reflection needs more pixels than it adds.
        if (size.Batch < 1 || FixedSize.IsTooSmall(size.Height, network) || FixedSize.IsTooSmall(size.Width, network))
        {
            throw new EdgeRestoreException(
                $"The size {size} cannot be exported: '{network.Preset}' pads sides by reflection to multiples of "
                + $"{network.SizeMultiple}. Take a batch of at least 1 and sides above {network.SizeMultiple / 2}.");
        }

        return (size.Batch, size.Height, size.Width);
    }

    private static OnnxTensor ImageValue(RestorationNetwork network, string name, FixedSize? size) => size is null
        ? OnnxReading.Value(name, 1, 3, 2 * network.SizeMultiple, 2 * network.SizeMultiple)
        : OnnxReading.Value(name, size.Batch, 3, size.Height, size.Width);
}
