using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Commands;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using EdgeRestore.Training.Validation;
using TorchSharp;

namespace EdgeRestore.Training.Tests.Loop;

/// <summary>
/// SE-SymUNet with a tiny random vision transformer as its encoder, which the user supplies as a file.
/// </summary>
public sealed class SemanticTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-semantic-").FullName;
    private readonly PhotographSet _photographs;

    public SemanticTrainingTests()
    {
        var pictures = Path.Combine(_folder, "pictures");
        for (var index = 0; index < 3; index++)
        {
            TestPictures.Save(Path.Combine(pictures, $"{index}.png"), index);
        }

        _photographs = PhotographSet.Load(pictures, 1, 64, isForClassifier: false, CancellationToken.None);
        SaveEncoder("encoder.onnx", width: 12);
    }

    public void Dispose()
    {
        _photographs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("patch")]
    [InlineData("photograph")]
    public void Run_StoppedAndResumed_TrainsTheExchangeAndEndsAsTheOneThatDidNotStop(string of)
    {
        var recipe = NewRecipe($"semantic: {{ encoder: {Path.Combine(_folder, "encoder.onnx")}, of: {of} }}");

        var (whole, first) = Run(recipe, "whole", steps: 4);
        Run(recipe, "parts", steps: 2);
        var (parts, _) = Run(recipe, "parts", steps: 4);

        Assert.Equal(TrainingState.ToArray(whole.Values), TrainingState.ToArray(parts.Values));
        var trained = whole.Layout.Unpack(TrainingState.ToArray(whole.Values)).ToDictionary(tensor => tensor.Name);
        foreach (var name in (string[])["middle_guide_attention.alpha", "middle_guide_attention.attention.to_v.weight"])
        {
            Assert.NotEqual(first[name].Values, trained[name].Values);
        }

        // What stands in the positional embedding's place goes with the weights.
        var saved = Checkpoint.LoadNetwork(Path.Combine(_folder, "whole", "checkpoint.safetensors"));
        Assert.Contains("\"positionalEmbedding\":\"zero\"", saved.Network.ToConfigJson(), StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_AnotherFrame_GivesOtherTokens_AndAScenesTokensAreMadeOnce()
    {
        var patch = new SemanticRecipe { Encoder = Path.Combine(_folder, "encoder.onnx") };
        using var each = SemanticEncoder.Load(patch, PromptDefinition.Tokens(12));
        using var once = SemanticEncoder.Load(
            new() { Encoder = patch.Encoder, Of = SemanticRecipe.Photograph }, PromptDefinition.Tokens(12));
        var (one, two) = (_photographs.Training[0].Frame, _photographs.Training[1].Frame);

        // Four patches and the class token, of twelve numbers.
        Assert.Equal(5 * 12, each.Encode(one).Length);
        Assert.NotEqual(each.Encode(one), each.Encode(two));
        Assert.Equal(each.Encode(one), each.Encode(one, two));
        Assert.Same(once.Encode(one, two), once.Encode(two, two));
    }

    [Theory]
    [InlineData("", "takes semantic tokens of 12 numbers each. Name the encoder")]
    [InlineData("semantic: { encoder: nowhere.onnx }", "'nowhere.onnx' cannot be opened")]
    [InlineData("semantic: { encoder: a.onnx, of: frame }", "of 'frame'; name an ONNX file, and patch or photograph")]
    public void Run_WithoutAnEncoderThatFits_SaysWhatIsNeeded(string lines, string words)
    {
        var error = Assert.Throws<EdgeRestoreException>(() => Run(NewRecipe(lines), "refused", steps: 1));

        Assert.Contains(words, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TokensOfAnotherSize_NamesBoth()
    {
        var error = Assert.Throws<EdgeRestoreException>(() => SemanticEncoder.Load(
            new() { Encoder = Path.Combine(_folder, "encoder.onnx") }, PromptDefinition.Tokens(1024)));

        Assert.Contains(
            "gives tokens of 12 numbers, and the network takes 1024", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_RunAndPackage_PutsTheRecipesEncoderIn()
    {
        var encoder = Path.Combine(_folder, "encoder.onnx");
        Run(NewRecipe($"semantic: {{ encoder: {encoder} }}"), "run", steps: 4);

        var package = RunExport.Write(NewRequest("run"), TextWriter.Null);

        Assert.Equal(
            new PackageSemantic { File = "encoder.onnx", TokenSize = 12, PositionalEmbedding = "zero" },
            package.Manifest.Network.Semantic);
        Assert.Equal(File.ReadAllBytes(encoder), File.ReadAllBytes(package.GetPath("encoder.onnx")));
    }

    [Fact]
    public void Export_RunWhoseEncoderWasMoved_TakesTheOneGiven_AndSaysSoWithoutIt()
    {
        var (encoder, moved) = (Path.Combine(_folder, "encoder.onnx"), Path.Combine(_folder, "moved.onnx"));
        Run(NewRecipe($"semantic: {{ encoder: {encoder} }}"), "run", steps: 4);
        File.Move(encoder, moved);

        var error = Assert.Throws<EdgeRestoreException>(() => RunExport.Write(NewRequest("run"), TextWriter.Null));
        var package = RunExport.Write(NewRequest("run") with { EncoderPath = moved }, TextWriter.Null);

        Assert.Contains($"'{encoder}' cannot be opened", error.Message, StringComparison.Ordinal);
        Assert.Contains("--encoder", error.Message, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(moved), File.ReadAllBytes(package.GetPath("encoder.onnx")));
    }

    [Fact]
    public void Export_TokensOfAnotherSize_IsRefused()
    {
        var other = SaveEncoder("other.onnx", width: 16);
        Run(NewRecipe($"semantic: {{ encoder: {Path.Combine(_folder, "encoder.onnx")} }}"), "run", steps: 4);

        var error = Assert.Throws<EdgeRestoreException>(
            () => RunExport.Write(NewRequest("run") with { EncoderPath = other }, TextWriter.Null));

        Assert.Contains(
            "gives tokens of 16 numbers, and the network takes 12", error.Message, StringComparison.Ordinal);
    }

    // What --photographs measures goes through the encoder, too.
    [Fact]
    public void RouteWorth_NetworkWithTokens_IsMeasured()
    {
        var recipe = NewRecipe($"semantic: {{ encoder: {Path.Combine(_folder, "encoder.onnx")} }}");
        var network = NetworkDefinition.Of(recipe).Restoration!;
        var weights = InitialWeights.Of(network, seed: 3);
        var layout = ParameterVector.Of(weights);
        using var values = torch.tensor(layout.Pack(weights));
        using var encoder = SemanticEncoder.Load(recipe.Semantic!, network.Prompt!);
        var pictures = Path.Combine(_folder, "large");
        for (var index = 0; index < 2; index++)
        {
            TestPictures.Save(Path.Combine(pictures, $"{index}.png"), index, width: 208, height: 200);
        }

        using var photographs = PhotographSet.Load(pictures, 1, 192, isForClassifier: false, CancellationToken.None);

        var worth = RouteWorth.Measure(
            new(network, layout, values, encoder), photographs, TextWriter.Null);

        Assert.Equal(12, worth.Count);
        Assert.All(worth.Values, changes => Assert.All(changes.Values, change => Assert.True(double.IsFinite(change))));
    }

    // A package whose classifier is taken.
    private ExportRequest NewRequest(string run)
    {
        var classifier = Path.Combine(_folder, "classifier");
        if (!Directory.Exists(classifier))
        {
            var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
            var dpgNet = new DpgNet(new());
            new PackageExport
            {
                Name = "classifier",
                Version = "1",
                Network = new(network, InitialWeights.Of(network, seed: 1)),
                Classifier = ExportedClassifier.Trained(
                    dpgNet, InitialWeights.Of(dpgNet, seed: 1), threshold: 0.4),
                Provenance = TestProvenance.Value,
            }.Write(classifier);
        }

        return new(
            Path.Combine(_folder, run), classifier, Path.Combine(_folder, "package"),
            new("semantic", "1", "none", "none"));
    }

    private string SaveEncoder(string name, int width)
    {
        var encoder = new ClipVision(
            new() { Side = 16, PatchSize = 8, Width = width, Layers = 1, Heads = 2, Hidden = 24 });
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(
            path, SemanticEncoderExport.ToTokens(encoder, InitialWeights.Of(encoder, seed: 4)).ToBytes());
        return path;
    }

    private static Recipe NewRecipe(string lines) => Recipe.Parse("test", $$"""
        network: se-symunet
        configuration:
          body: { width: 4, encoderBlocks: [1, 1], middleBlocks: 1, decoderBlocks: [1, 1] }
          semanticSize: 12
          attentionWidths: [8, 8]
          attentionHeads: [1, 2]
          patchSizes: [4, 4]
          middleAttentionWidth: 16
          middleAttentionHeads: 2
        steps: 4
        optimizer: { warmUpSteps: 1, precision: float32, learningRate: 0.003, clipNorm: 1 }
        phases: [ { until: 1, patch: 32, batch: 2 } ]
        weights: { noise: 1, haze: 1 }
        validation: { photographs: 1, cropPixels: 32, every: 1 }
        {{lines}}
        """);

    // Returned states are small and live until the process ends.
    private (TrainingState State, Dictionary<string, NamedTensor> Initial) Run(Recipe recipe, string name, int steps)
    {
        var definition = NetworkDefinition.Of(recipe);
        var folder = new RunFolder(Path.Combine(_folder, name));
        var initial = definition.DrawWeights(recipe.Seed);
        var layout = ParameterVector.Of(initial);
        var state = File.Exists(folder.CheckpointPath)
            ? Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU)
            : new TrainingState(layout, layout.Pack(initial), torch.CPU);
        using var task = definition.CreateTask(layout, recipe, new(_photographs, []), new(1, torch.CPU));
        if (steps < recipe.Steps)
        {
            using var trainer = new Trainer(task, state);
            for (var step = 0; step < steps; step++)
            {
                trainer.Step();
            }

            using var stopped = new CancellationTokenSource();
            stopped.Cancel();
            new TrainingRun(task, state, folder, RunReport.None).Run(stopped.Token);
        }
        else
        {
            new TrainingRun(task, state, folder, RunReport.None).Run(CancellationToken.None);
        }

        return (state, initial.ToDictionary(tensor => tensor.Name));
    }
}
