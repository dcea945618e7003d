using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Commands;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using TorchSharp;

namespace EdgeRestore.Training.Tests.Loop;

/// <summary>Whole runs of a few steps on drawn pictures.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-training-").FullName;
    private readonly PhotographSet _photographs;

    public TrainingRunTests()
    {
        var pictures = Path.Combine(_folder, "pictures");
        Directory.CreateDirectory(pictures);
        for (var index = 0; index < 4; index++)
        {
            using var picture = Draw(index);
            ImageCodec.Save(picture, Path.Combine(pictures, $"{index}.png"));
        }

        _photographs = PhotographSet.Load(pictures, 1, 64, isForClassifier: false, CancellationToken.None);
    }

    public void Dispose()
    {
        _photographs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("bfloat16")]
    public void Run_StoppedAndResumed_EndsBitForBitAsTheOneThatDidNotStop(string precision)
    {
        var recipe = NewRecipe(steps: 8, precision);

        var whole = Run(recipe, "whole");
        Run(recipe, "parts", stopAfterSteps: 5);
        var parts = Run(recipe, "parts");

        Assert.Equal(8, parts.Counters.Step);
        Assert.Equal(TrainingState.ToArray(whole.Values), TrainingState.ToArray(parts.Values));
        Assert.Equal(TrainingState.ToArray(whole.Average), TrainingState.ToArray(parts.Average));
        Assert.Equal(TrainingState.ToArray(whole.SecondMoment), TrainingState.ToArray(parts.SecondMoment));
        Assert.Equal(whole.Counters.Position, parts.Counters.Position);
    }

    [Fact]
    public void Run_OtherWorkerCount_GivesTheSameWeights()
    {
        var recipe = NewRecipe(steps: 4);

        var one = Run(recipe, "one", workers: 1);
        var three = Run(recipe, "three", workers: 3);

        Assert.Equal(TrainingState.ToArray(one.Values), TrainingState.ToArray(three.Values));
    }

    [Fact]
    public void Run_SetsFrozen_SelectionStaysAsItIs()
    {
        var recipe = NewRecipe(steps: 8);
        recipe.Selection.FreezeAt = 0.5;

        Run(recipe, "frozen", stopAfterSteps: 5);
        var before = Selection(Run(recipe, "frozen", stopAfterSteps: 0));
        var state = Run(recipe, "frozen");

        Assert.Equal(before, Selection(state));
        Assert.Equal(
            before,
            state.Layout.Unpack(TrainingState.ToArray(state.Average)).Where(IsSelection).SelectMany(tensor => tensor.Values));
    }

    [Fact]
    public void Run_FewSteps_LowersTheLoss()
    {
        var recipe = NewRecipe(steps: 60);
        recipe.Weights = new() { ["low-light"] = 1 };

        Run(recipe, "learn");

        var rows = File.ReadAllLines(Path.Combine(_folder, "learn", "validation.csv"))
            .Skip(1).Select(line => line.Split(',')).Where(cells => cells[2] == "low-light").ToList();
        var gain = double.Parse(rows[^1][4], System.Globalization.CultureInfo.InvariantCulture)
            - double.Parse(rows[^1][3], System.Globalization.CultureInfo.InvariantCulture);
        Assert.True(gain > 1, $"Low light gained {gain} dB after {recipe.Steps} steps.");
    }

    [Fact]
    public void Save_Compact_KeepsWeightsExactlyAndTheRestNearly()
    {
        var recipe = NewRecipe(steps: 3);
        var state = Run(recipe, "compact");
        var path = Path.Combine(_folder, "compact.safetensors");

        Checkpoint.Save(path, state, recipe, compact: true);
        using var loaded = Checkpoint.Load(path, state.Layout, torch.CPU);

        Assert.Equal(TrainingState.ToArray(state.Values), TrainingState.ToArray(loaded.Values));
        Assert.InRange(
            TestTensors.MaxDifference(TrainingState.ToArray(state.Average), TrainingState.ToArray(loaded.Average)), 0, 1e-4);
        Assert.InRange(
            new FileInfo(path).Length, 1, new FileInfo(Path.Combine(_folder, "compact", "checkpoint.safetensors")).Length * 2 / 3);
    }

    [Fact]
    public void Load_CheckpointOfAnotherNetwork_IsRefused()
    {
        var recipe = NewRecipe(steps: 1);
        Run(recipe, "small");
        var layout = ParameterVector.Of(NetworkDefinition.OfPreset("edge-s").DrawWeights(1));

        var exception = Assert.Throws<EdgeRestoreException>(
            () => Checkpoint.Load(Path.Combine(_folder, "small", "checkpoint.safetensors"), layout, torch.CPU));

        Assert.Contains("Resume with the recipe", exception.Message);
    }

    [Fact]
    public void Train_PromptsOutOfAFile_StayAsGivenAndScoresAreFrozenAtTheEnd()
    {
        var prompts = new Networks.Weights.NamedTensors();
        foreach (var degradation in Degradations.DegradationNames.All.Skip(1))
        {
            var random = new Random((int)degradation);
            float[] vector = [.. Enumerable.Range(0, 512).Select(_ => random.NextSingle() - 0.5f)];
            prompts.Add(new(Degradations.DegradationNames.ToName(degradation), [1, 512], vector));
        }

        var path = Path.Combine(_folder, "prompts.safetensors");
        prompts.Write(path);
        var recipe = Recipe.Parse("text", $$"""
            network: csnet-s-text
            steps: 2
            optimizer: { precision: float32 }
            selection: { prompts: {{path}}, freezeAt: 0.5, balance: 0.01 }
            phases: [ { until: 1, patch: 16, batch: 1 } ]
            weights: { rain: 1 }
            validation: { photographs: 1, cropPixels: 16, every: 1 }
            """);

        var trained = Run(recipe, "text");

        var initial = NetworkDefinition.OfPreset("csnet-s-text").DrawWeights(recipe.Seed);
        var values = trained.Layout.Unpack(TrainingState.ToArray(trained.Values));
        var average = trained.Layout.Unpack(TrainingState.ToArray(trained.Average));
        Assert.Equal(prompts["rain"].Values, values["prompts"].Values[512..1024]);
        Assert.Equal(values["prompts"].Values, average["prompts"].Values);
        Assert.NotEqual(initial["csb.0.csl.1.weight"].Values, values["csb.0.csl.1.weight"].Values);

        // Frozen before the second step: the average has them as they are, and not as they were on the way.
        Assert.Equal(values["csb.0.csl.1.weight"].Values, average["csb.0.csl.1.weight"].Values);
    }

    [Theory]
    [InlineData("csnet-s-text", "", "takes its prompts from a file")]
    [InlineData("csnet-s", "selection: { prompts: texts.safetensors }", "takes no prompts from a file")]
    public void Train_PromptsAndNetworkThatDoNotFit_SaysSo(string network, string selection, string expected)
    {
        var recipe = Recipe.Parse("prompts", $$"""
            network: {{network}}
            steps: 1
            {{selection}}
            phases: [ { until: 1, patch: 16, batch: 1 } ]
            weights: { rain: 1 }
            """);

        var error = Assert.Throws<EdgeRestoreException>(() => Run(recipe, "prompts"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_WithWeights_StartsFromThemAndTheRunIsExportedAsItsNetwork()
    {
        var network = Networks.NetworkPresets.Create("symunet-xs");
        var weights = Networks.Weights.InitialWeights.Of(network, seed: 99);
        var path = Path.Combine(_folder, "weights.safetensors");
        weights.Write(path);
        var recipe = Recipe.Parse("imported", """
            network: symunet-xs
            steps: 1
            optimizer: { learningRate: 0, finalLearningRate: 0, precision: float32 }
            phases: [ { until: 1, patch: 32, batch: 1 } ]
            weights: { noise: 1 }
            validation: { photographs: 1, cropPixels: 64, every: 1 }
            """);
        var run = Path.Combine(_folder, "run");

        TrainCommand.Run(
            new(recipe, Path.Combine(_folder, "pictures"), run, 1, 1, "cpu", path), TextWriter.Null, CancellationToken.None);

        var (trained, average) = Checkpoint.LoadNetwork(Path.Combine(run, "checkpoint.safetensors"));
        Assert.Equal("symunet-xs", trained.Preset);
        Assert.All(weights, tensor => Assert.Equal(tensor.Values, average[tensor.Name].Values));
    }

    [Fact]
    public void Train_WeightsOfAnotherNetwork_SaysWhatDiffers()
    {
        var recipe = NewRecipe(steps: 1);

        var error = Assert.Throws<EdgeRestoreException>(
            () => NetworkDefinition.OfPreset(recipe.Network).LoadWeights("Golden/symunet_w8.pth"));

        Assert.Contains("does not fit edge-xs", error.Message, StringComparison.Ordinal);
        Assert.Contains("Not in the network (", error.Message, StringComparison.Ordinal);
    }

    private static Recipe NewRecipe(int steps, string precision = "float32") => Recipe.Parse("test", $$"""
        network: edge-xs
        steps: {{steps}}
        optimizer: { warmUpSteps: 2, average: 0.8, precision: {{precision}}, learningRate: 0.003, clipNorm: 1 }
        phases: [ { until: 0.5, patch: 32, batch: 2 }, { until: 1, patch: 48, batch: 1 } ]
        weights: { noise: 1, haze: 1, low-light+rain: 1 }
        validation: { photographs: 1, cropPixels: 64, every: 1 }
        """);

    // Returned states are small and live until the process ends.
    private TrainingState Run(Recipe recipe, string name, int workers = 1, long? stopAfterSteps = null)
    {
        var definition = NetworkDefinition.OfPreset(recipe.Network);
        var folder = new RunFolder(Path.Combine(_folder, name));
        var initial = definition.DrawWeights(recipe.Seed);
        definition.PlacePrompts(initial, recipe);
        var layout = ParameterVector.Of(initial);
        var state = File.Exists(folder.CheckpointPath)
            ? Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU)
            : new TrainingState(layout, layout.Pack(initial), torch.CPU);
        using var task = definition.CreateTask(layout, recipe, _photographs, workers);
        if (stopAfterSteps is not { } steps)
        {
            Assert.True(new TrainingRun(task, state, folder, TextWriter.Null).Run(CancellationToken.None));
            return state;
        }

        using var trainer = new Trainer(task, state);
        for (var step = 0; step < steps; step++)
        {
            trainer.Step();
        }

        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.False(new TrainingRun(task, state, folder, TextWriter.Null).Run(stopped.Token));
        return state;
    }

    private static bool IsSelection(Networks.Weights.NamedTensor tensor) =>
        tensor.Name.EndsWith(".logits", StringComparison.Ordinal);

    private static float[] Selection(TrainingState state) =>
        [.. state.Layout.Unpack(TrainingState.ToArray(state.Values)).Where(IsSelection).SelectMany(tensor => tensor.Values)];

    // Gradients and edges, so that there is something to restore.
    private static Frame Draw(int index)
    {
        var frame = Frame.Rent(96, 80, PixelFormat.Rgb24);
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var pixel = frame.Pixels.Slice(((y * frame.Width) + x) * 3, 3);
                var block = (((x / 12) + (y / 9) + index) % 3) * 60;
                pixel[0] = (byte)(60 + block);
                pixel[1] = (byte)(40 + x + (block / 2));
                pixel[2] = (byte)(80 + y);
            }
        }

        return frame;
    }
}
