using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Search;

/// <summary>
/// frame -> blurred a little through 3x3 convolutions with random weights, six of 8 channels -> restored.
/// </summary>
internal static class TinyNetwork
{
    private const int LayerCount = 6;
    private const int Channels = 8;

    // With fewer, TensorRT has no 8 bits for a convolution.
    private const int PackageChannels = 16;

    public static OnnxFile Build(int channels = Channels, int layerCount = LayerCount)
    {
        var graph = new GraphBuilder("tiny");
        var frame = graph.Input("frame", ElementType.UInt8, "N", "height", "width", 3);
        graph.Input("strength", ElementType.Float, 1);
        var image = graph.Add("Div", [Cast(graph, frame, ElementType.Float), graph.Constant(255f)]);
        var x = graph.Add("Transpose", [image], new IntsAttribute("perm", [0, 3, 1, 2]));
        var prng = new Prng(7);
        for (var layer = 0; layer < layerCount; layer++)
        {
            var (from, to) = (layer == 0 ? 3 : channels, layer == layerCount - 1 ? 3 : channels);
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
        var bytes = Cast(
            graph, graph.Add("Clip", [levels, graph.Constant(0f), graph.Constant(255f)]), ElementType.UInt8);
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
            .Select((load, index) => new CalibrationFrame($"{index}", Degradation.Noise, $"{index:D64}", load))
            .ToList();
        using var pass = run.Open();
        wave.ForEach(frame => pass.Run([frame]));
        return run.ToResult();
    }

    /// <summary>A package in which one such network restores noise.</summary>
    public static ModelPackage WritePackage(string folder) =>
        WritePackage(folder, (Degradation.Noise, Build(PackageChannels)));

    /// <summary>A package of these networks.</summary>
    public static ModelPackage WritePackage(string folder, params (Degradation Route, OnnxFile Network)[] networks)
    {
        var routes = networks.ToDictionary(network => $"{network.Route.ToName()}.onnx", network => network.Network);
        var bare = new TestPackages.TestPackage
        {
            Routes = new TestPackages.TestPackage().Routes.Clear()
                .AddRange(networks.Select(network => KeyValuePair.Create(
                    network.Route, (TestPackages.TestNetwork)new TestPackages.TestNetwork.Copy()))),
        }.Write(folder + ".bare");
        return PackageWriter.Write(folder, bare.Manifest with { Files = [] },
        [
            .. bare.Manifest.Files.Select(file => routes.TryGetValue(file.Path, out var network)
                ? PackageContent.FromBytes(file.Path, network.ToBytes())
                : PackageContent.FromFile(file.Path, bare.GetPath(file.Path))),
        ]);
    }

    private static string Cast(GraphBuilder graph, string value, ElementType type) =>
        graph.Add("Cast", [value], new IntAttribute("to", (long)type));
}
