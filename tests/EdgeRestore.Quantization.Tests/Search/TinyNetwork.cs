using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Search;

/// <summary>frame -> blurred a little through six 3x3 convolutions of 8 channels with random weights -> restored.</summary>
internal static class TinyNetwork
{
    private const int LayerCount = 6;
    private const int Channels = 8;

    public static OnnxFile Build()
    {
        var graph = new GraphBuilder("tiny");
        var frame = graph.Input("frame", ElementType.UInt8, "N", "height", "width", 3);
        graph.Input("strength", ElementType.Float, 1);
        var image = graph.Add("Div", [Cast(graph, frame, ElementType.Float), graph.Constant(255f)]);
        var x = graph.Add("Transpose", [image], new IntsAttribute("perm", [0, 3, 1, 2]));
        var prng = new Prng(7);
        for (var layer = 0; layer < LayerCount; layer++)
        {
            var (from, to) = (layer == 0 ? 3 : Channels, layer == LayerCount - 1 ? 3 : Channels);
            var weights = new float[to * from * 9];
            for (var index = 0; index < weights.Length; index++)
            {
                weights[index] = (float)(prng.NextGaussian() / Math.Sqrt(from * 9));
            }

            var weight = graph.Initializer(Initializer.Of($"layers.{layer}.conv.weight", [to, from, 3, 3], weights));
            x = graph.Add("Conv", [x, weight], new IntsAttribute("pads", [1, 1, 1, 1]));
        }

        var residual = graph.Add("Transpose", [x], new IntsAttribute("perm", [0, 2, 3, 1]));
        var output = graph.Add("Add", [image, graph.Add("Mul", [residual, graph.Constant(0.2f)])]);
        var levels = graph.Add("Round", [graph.Add("Mul", [output, graph.Constant(255f)])]);
        var bytes = Cast(graph, graph.Add("Clip", [levels, graph.Constant(0f), graph.Constant(255f)]), ElementType.UInt8);
        graph.Output(bytes, "restored", ElementType.UInt8, "N", "height", "width", 3);
        var count = graph.Add(
            "ReduceSum", [Cast(graph, graph.Add("IsNaN", [output]), ElementType.Int64), graph.Constant(1, 2, 3)],
            new IntAttribute("keepdims", 0));
        graph.Output(count, "nonfinite", ElementType.Int64, "N");
        return new OnnxFile(graph.Graph);
    }

    public static CalibratedGraph Calibrate(OnnxFile network, IReadOnlyList<Func<Frame>> frames)
    {
        var run = new GraphRun("tiny.onnx", network, new CalibrationSettings { Threads = 1 });
        var wave = frames
            .Select((load, index) => new CalibrationFrame($"{index}", Degradation.Noise, $"{index:D64}", load)).ToList();
        using (var ranges = run.OpenRanges())
        {
            wave.ForEach(frame => ranges.Run([frame]));
        }

        using (var counts = run.OpenCounts())
        {
            wave.ForEach(frame => counts.Run([frame]));
        }

        return run.ToResult();
    }

    /// <summary>A package in which one such network restores noise.</summary>
    public static ModelPackage WritePackage(string folder)
    {
        var bare = new TestPackages.TestPackage
        {
            Routes = new TestPackages.TestPackage().Routes.Clear()
                .Add(Degradation.Noise, new TestPackages.TestNetwork.Copy()),
        }.Write(folder + ".bare");
        return PackageWriter.Write(folder, bare.Manifest with { Files = [] },
        [
            .. bare.Manifest.Files.Select(file => file.Path == "noise.onnx"
                ? PackageContent.FromBytes(file.Path, Build().ToBytes())
                : PackageContent.FromFile(file.Path, bare.GetPath(file.Path))),
        ]);
    }

    private static string Cast(GraphBuilder graph, string value, ElementType type) =>
        graph.Add("Cast", [value], new IntAttribute("to", (long)type));
}
