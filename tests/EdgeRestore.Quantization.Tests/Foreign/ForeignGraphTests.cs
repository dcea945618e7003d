using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Commands;

namespace EdgeRestore.Quantization.Tests.Foreign;

/// <summary>Graphs of others that are not quantized: the message names the operator and the node.</summary>
public sealed class ForeignGraphTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ControlFlow_IsRefusedByNodeName()
    {
        var body = new GraphBuilder("body");
        body.Output(body.Initializer(Initializer.Scalar("one.value", 1f)), "one", ElementType.Float);
        var file = Pyramid();
        file.Graph.Initializers.Add(new("condition", ElementType.Bool, [], new byte[] { 1 }));
        file.Graph.Nodes.Add(new()
        {
            OpType = "If",
            Name = "choose",
            Inputs = ["condition"],
            Outputs = ["chosen"],
            Attributes = [new GraphAttribute("then_branch", body.Graph), new GraphAttribute("else_branch", body.Graph)],
        });

        Assert.Contains("If 'choose' has a body of its own", await RefusalOfAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownDomain_IsRefusedByNodeName()
    {
        var file = Pyramid();
        file.Opsets["mmcv"] = 1;
        file.Graph.Nodes.Add(new()
        {
            OpType = "DeformConv",
            Domain = "mmcv",
            Name = "align",
            Inputs = ["image"],
            Outputs = ["aligned"],
        });

        Assert.Contains(
            "mmcv.DeformConv 'align' is of the domain 'mmcv'", await RefusalOfAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QuantizedAlready_IsRefusedByNodeName()
    {
        var file = Pyramid();
        file.Graph.Initializers.Add(Initializer.Scalar("step", 0.1f));
        file.Graph.Initializers.Add(new("zero", ElementType.UInt8, [], new byte[1]));
        file.Graph.Nodes.Add(new()
        {
            OpType = "QuantizeLinear",
            Name = "levels",
            Inputs = ["image", "step", "zero"],
            Outputs = ["levels"],
        });
        file.Graph.Outputs.Add(new("levels", new(ElementType.UInt8, [1, 3, PyramidNetwork.Side, PyramidNetwork.Side])));

        Assert.Contains(
            "quantized already: found QuantizeLinear 'levels'", await RefusalOfAsync(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OldOpset_IsRefusedWithTheRemedy()
    {
        var message = await RefusalOfAsync(PyramidNetwork.Build(10));

        Assert.Contains("is of opset 10, allowed are 11 to 20", message, StringComparison.Ordinal);
        Assert.Contains("opset_version=17", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoInputs_AreRefusedByName()
    {
        var file = Pyramid();
        file.Graph.Inputs.Add(new("strength", new(ElementType.Float, [1])));

        var message = await RefusalOfAsync(file);

        Assert.Contains("'image' Float[1, 3, 64, 64], 'strength' Float[1]", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoConvolution_IsRefusedWithWhatItHas()
    {
        var graph = new GraphBuilder("lines");
        var image = graph.Input("image", ElementType.Float, 1, 3, 8, 8);
        graph.Output(graph.Add("Sigmoid", [image]), "out", ElementType.Float, 1, 3, 8, 8);

        Assert.Contains("found no Conv", await RefusalOfAsync(new OnnxFile(graph.Graph)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutIsTheSource_IsRefusedAndLeftAlone()
    {
        var path = folder.PathOf("mine.onnx");
        await File.WriteAllBytesAsync(path, Pyramid().ToBytes());
        var before = await File.ReadAllBytesAsync(path);

        var (code, _, error) = await QuantizeAsync("fp16", path, "--out", path, "--replace");

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("the file that is read", error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Int8WithoutFrames_IsRefused()
    {
        var path = folder.PathOf("mine.onnx");
        await File.WriteAllBytesAsync(path, Pyramid().ToBytes());

        var (code, _, error) = await QuantizeAsync("int8", path, "--out", folder.PathOf("out.onnx"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("without --frames", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--mean", "0.4,0.5", "Allowed: one number or three")]
    [InlineData("--std", "0", "three above 0")]
    [InlineData("--pixels", "0..2", "0..255")]
    public async Task OptionOutOfRange_EndsWith2(string option, string value, string expected)
    {
        var (code, _, error) = await QuantizeAsync("fp16", "a.onnx", "--out", "b.onnx", option, value);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    internal static async Task<(int Code, string Output, string Error)> QuantizeAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }

    private static OnnxFile Pyramid() => PyramidNetwork.Build(17);

    private async Task<string> RefusalOfAsync(OnnxFile file)
    {
        var path = folder.PathOf("graph.onnx");
        await File.WriteAllBytesAsync(path, file.ToBytes());

        var (code, _, error) = await QuantizeAsync("fp16", path, "--out", folder.PathOf("out.onnx"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.False(File.Exists(folder.PathOf("out.onnx")));
        return error;
    }
}
