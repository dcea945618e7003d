using System.Diagnostics;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx.Tests;

namespace EdgeRestore.Networks.Tests.Exports;

/// <summary>Graphs for one size: the same pixels, and every shape a number.</summary>
public sealed class FixedSizeTests
{
    // ONNX Runtime chooses other kernels where it knows the sizes.
    private const float Tolerance = 1e-5f;

    // Strict inference fails on a shape that contradicts what the file says.
    private const string InferShapes =
        "import sys, onnx; graph = onnx.shape_inference.infer_shapes(onnx.load(sys.argv[1]), strict_mode=True).graph; "
        + "values = list(graph.value_info) + list(graph.input) + list(graph.output); "
        + "known = {v.name for v in values if v.type.tensor_type.HasField('shape') "
        + "and all(d.HasField('dim_value') for d in v.type.tensor_type.shape.dim)}; "
        + "print(len(known), sorted({o for n in graph.node for o in n.output} - known))";

    private static readonly RestorationNetwork[] Networks =
    [
        new SymUNet(new() { Width = 8, EncoderBlocks = [1, 1], MiddleBlocks = 1, DecoderBlocks = [1, 1] }),
        new EdgeNetwork(EdgeNetworkConfig.ExtraSmall),
        new EdgeNetwork(EdgeNetworkConfig.ExtraSmall with { Selection = null }),
    ];

    public static TheoryData<int, int, int, int> Cases => new()
    {
        { 0, 1, 37, 50 },
        { 0, 2, 32, 48 },
        { 1, 1, 41, 24 },
        { 2, 1, 24, 33 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ToFloat_FixedSize_GivesWhatTheDynamicGraphGives(int index, int batch, int height, int width)
    {
        var network = Networks[index];
        var weights = TestTensors.Trained(network, seed: 7);
        var image = TestTensors.Image(8, batch, 3, height, width);
        long[] prompt = network.TakesPrompt ? [.. Enumerable.Repeat(3L, batch)] : [];
        using var dynamic = new OnnxRun(RestorationExport.ToFloat(network, weights));
        using var fixedSize = new OnnxRun(RestorationExport.ToFloat(network, weights, new(batch, height, width)));

        var (expected, shape) = dynamic.Restore(image, prompt);
        var (found, foundShape) = fixedSize.Restore(image, prompt);

        Assert.Equal(shape, foundShape);
        TestTensors.Close(expected, found, Tolerance);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ToServing_FixedSize_HasNumbersForEveryShape(int index)
    {
        var network = Networks[index];
        var file = RestorationExport.ToServing(network, TestTensors.Trained(network, seed: 7), new(2, 37, 50));
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            File.WriteAllBytes(path, file.ToBytes());

            Assert.Equal((0, network.Family), await ReferenceChecker.Check(path));
            var found = await Python(InferShapes, path);
            Assert.EndsWith(" []", found, StringComparison.Ordinal);
            Assert.InRange(int.Parse(found.Split(' ')[0]), 50, 5000);
            Assert.DoesNotContain(file.Graph.Nodes, node => node.OpType == "Shape");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ToFloat_SizeThatNeedsNoPadding_NeitherPadsNorCrops()
    {
        var file = RestorationExport.ToFloat(Networks[0], InitialWeights.Of(Networks[0], 1), new(1, 32, 48));

        Assert.DoesNotContain(file.Graph.Nodes, node => node.OpType is "Pad" or "Slice");
    }

    [Theory]
    [InlineData(0, 64, 64)]
    [InlineData(1, 8, 64)]
    [InlineData(1, 64, 0)]
    public void ToFloat_SizeThatCannotBePadded_SaysWhatCan(int batch, int height, int width)
    {
        var error = Assert.Throws<EdgeRestoreException>(() => RestorationExport.ToFloat(
            Networks[0], InitialWeights.Of(Networks[0], 1), new(batch, height, width)));

        Assert.Contains("Take a batch of at least 1 and sides above 8.", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> Python(string script, string path)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, path])
        {
            RedirectStandardOutput = true,
        })!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return output.Trim();
    }
}
