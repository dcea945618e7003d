using System.CommandLine;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx.Tests;
using EdgeRestore.Training.Commands;

namespace EdgeRestore.Training.Tests.Commands;

/// <summary>From a checkpoint of the published code to an ONNX file that gives the published output.</summary>
public sealed class ImportTests : IDisposable
{
    private const string Checkpoint = "Golden/symunet_w8.pth";

    // What the fixtures state for a float32 implementation.
    private const double OutputTolerance = 1e-4;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Import_PublishedCheckpoint_SaysWhatItTookAndKeepsWhereItIsFrom()
    {
        using var output = new StringWriter();

        ImportCommand.Run(new(Checkpoint, PathOf("w.safetensors")), output);

        const string config = """
            {"preset":"symunet-imported-w8","width":8,"encoderBlocks":[1,1,1],"middleBlocks":1,"decoderBlocks":[1,1,1],
            """
            + """
            "heads":[1,2,4],"middleHeads":8,"feedForwardFactor":2.66}
            """;
        Assert.Equal(
            $$"""
            Golden/symunet_w8.pth is a PyTorch file (zip) with 90 tensors in 'params'.
            Taken: 90 tensors in 'params', float.
            Network: symunet-imported-w8, 117061 parameters in 90 tensors: {{config}}
            Wrote {{PathOf("w.safetensors")}}.

            """,
            output.ToString());
        var metadata = NetworkWeights.Read(PathOf("w.safetensors")).Weights.Metadata;
        Assert.Equal("symunet_w8.pth", metadata["origin"]);
        Assert.Equal("params", metadata["origin-set"]);
        Assert.Equal("a021", metadata["origin-sha256"][..4]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--size 40x56")]
    public async Task ExportOnnx_Float_GivesThePublishedOutput(string size)
    {
        var golden = NamedTensors.Read("Golden/symunet_w8.io.safetensors");
        Import();

        Export($"--float {size} --out {PathOf("a.onnx")}");

        Assert.Equal((0, "symunet"), await ReferenceChecker.Check(PathOf("a.onnx")));
        using var run = new OnnxRun(PathOf("a.onnx"));
        var (output, shape) = run.Restore(golden["input"]);
        Assert.Equal(golden["output"].Shape, shape);
        Assert.InRange(TestTensors.MaxDifference(golden["output"].Values, output), 0, OutputTolerance);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--size 40x56 --batch 2")]
    [InlineData("--float")]
    [InlineData("--float --size 33x47")]
    public async Task ExportOnnx_Twice_GivesTheSameBytesAndPassesTheChecker(string options)
    {
        Import();
        Export($"{options} --out {PathOf("a.onnx")}");
        Export($"{options} --out {PathOf("b.onnx")}");

        Assert.Equal(File.ReadAllBytes(PathOf("a.onnx")), File.ReadAllBytes(PathOf("b.onnx")));
        Assert.Equal((0, "symunet"), await ReferenceChecker.Check(PathOf("a.onnx")));
    }

    [Fact]
    public void ExportOnnx_OutputThatIsThere_IsReplacedOnlyWhenAsked()
    {
        Import();
        File.WriteAllText(PathOf("a.onnx"), "mine");

        var error = Assert.Throws<EdgeRestoreException>(() => Export($"--out {PathOf("a.onnx")}"));

        Assert.Contains("is there already", error.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(PathOf("a.onnx")));
        Export($"--replace --out {PathOf("a.onnx")}");
        Assert.NotEqual("mine", File.ReadAllText(PathOf("a.onnx")));
    }

    [Fact]
    public void Import_NetworkThatItIsNot_ListsWhatDiffersAndWritesNothing()
    {
        var error = Assert.Throws<EdgeRestoreException>(() => ImportCommand.Run(
            new(Checkpoint, PathOf("w.safetensors"), Network: "symunet-xs"), TextWriter.Null));

        Assert.Contains("Missing (33):", error.Message, StringComparison.Ordinal);
        Assert.Contains("Of another shape (21):", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("w.safetensors")));
    }

    [Theory]
    [InlineData("import a.pth")]
    [InlineData("import a.pth --out b --network symunet-xxl")]
    [InlineData("onnx --weights a --out b --size 480")]
    [InlineData("onnx --weights a --out b --size -480x640")]
    public void Parse_WrongCommandLine_IsAnError(string line)
    {
        var root = new RootCommand { ImportCommand.Build(), ExportOnnxCommand.Build() };

        Assert.NotEmpty(root.Parse(line).Errors);
    }

    [Theory]
    [InlineData("import")]
    [InlineData("onnx")]
    [InlineData("one")]
    public void Help_HasAnExampleThatParsesAndTheExitCodes(string verb)
    {
        var root = new RootCommand { ImportCommand.Build(), ExportOnnxCommand.Build(), ExportOneCommand.Build() };
        var help = root.Parse(verb).CommandResult.Command.Description!;

        Assert.Contains("Exit codes: 0 done; 2 wrong command line", help, StringComparison.Ordinal);
        var examples = help.Split('\n').SkipWhile(line => line.Trim() != "Example:").Skip(1)
            .TakeWhile(line => line.Trim().Length > 0).Select(line => line.Trim()).ToList();
        Assert.NotEmpty(examples);
        Assert.All(examples, example => Assert.StartsWith("./edgerestore ", example, StringComparison.Ordinal));
        Assert.All(examples, example => Assert.Empty(
            root.Parse(example["./edgerestore ".Length..].Replace("export ", "", StringComparison.Ordinal)).Errors));
    }

    private void Import() => ImportCommand.Run(new(Checkpoint, PathOf("w.safetensors")), TextWriter.Null);

    private void Export(string options) => Assert.Equal(0, ExportOnnxCommand.Build()
        .Parse($"--weights {PathOf("w.safetensors")} {options}")
        .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = TextWriter.Null }));

    private string PathOf(string name) => Path.Combine(_folder, name);
}
