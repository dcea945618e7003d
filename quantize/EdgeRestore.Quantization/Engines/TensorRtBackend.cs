using System.Diagnostics;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Metrics;

namespace EdgeRestore.Quantization.Engines;

/// <summary>ONNX Runtime with its TensorRT provider.</summary>
internal sealed class TensorRtBackend : EngineBackend
{
    private const int RunCount = 5;

    public override void Build(ProviderCall call, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(call);
        Open(call, token).Dispose();
    }

    public override EngineTrial Try(ProviderCall call, string referencePath, EngineSize size)
    {
        ArgumentNullException.ThrowIfNull(call);
        using var input = Frame.Rent(size.Width, size.Height, PixelFormat.Rgb24);
        using var expected = Frame.Rent(size.Width, size.Height, PixelFormat.Rgb24);
        using var output = Frame.Rent(size.Width, size.Height, PixelFormat.Rgb24);
        for (var index = 0; index < input.LengthBytes; index++)
        {
            // A gradient with texture: flat frames make normalisation layers divide by nothing.
            input.Pixels[index] = (byte)((index / (size.Width * 3)) + (index * 37 % 101));
        }

        using (var reference = Engine.Build(
            NameOf(referencePath, "cpu"), referencePath, ExecutionProvider.Cpu, threads: 0))
        using (var slot = new EngineSlot())
        {
            slot.Run(reference, input, expected, strength: 1);
        }

        using var engine = Open(call, CancellationToken.None);
        using var engineSlot = new EngineSlot();
        var nonFinite = engineSlot.Run(engine, input, output, strength: 1);
        var least = double.PositiveInfinity;
        for (var run = 0; run < RunCount; run++)
        {
            var start = Stopwatch.GetTimestamp();
            engineSlot.Run(engine, input, output, strength: 1);
            least = Math.Min(least, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return new EngineTrial(least, Psnr.Compute(expected, output), nonFinite);
    }

    private static Engine Open(ProviderCall call, CancellationToken token) => Engine.OpenTensorRt(
        NameOf(call.GraphPath, "tensorrt"), call.GraphPath, call.TensorRt, call.FixedDimensions, token);

    private static EngineName NameOf(string path, string provider) =>
        new("", Path.GetFileName(path), "as in the graph", provider, "");
}
