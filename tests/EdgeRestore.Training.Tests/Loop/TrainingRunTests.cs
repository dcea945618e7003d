using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Commands;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Losses;
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
        for (var index = 0; index < 4; index++)
        {
            TestPictures.Save(Path.Combine(pictures, $"{index}.png"), index);
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
            state.Layout.Unpack(TrainingState.ToArray(state.Average))
                .Where(IsSelection).SelectMany(tensor => tensor.Values));
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
            TestTensors.MaxDifference(TrainingState.ToArray(state.Average), TrainingState.ToArray(loaded.Average)),
            0,
            1e-4);
        var whole = new FileInfo(Path.Combine(_folder, "compact", "checkpoint.safetensors")).Length;
        Assert.InRange(new FileInfo(path).Length, 1, whole * 2 / 3);
    }

    [Fact]
    public void Load_CheckpointOfAnotherNetwork_IsRefused()
    {
        var recipe = NewRecipe(steps: 1);
        Run(recipe, "small");
        var layout = ParameterVector.Of(NetworkDefinition.Of(new Recipe { Network = "edge-s" }).DrawWeights(1));

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

        var initial = NetworkDefinition.Of(recipe).DrawWeights(recipe.Seed);
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
            new(recipe, Path.Combine(_folder, "pictures"), run, 1, 1, "cpu", path),
            RunReport.None,
            CancellationToken.None);

        var (trained, average) = Checkpoint.LoadNetwork(Path.Combine(run, "checkpoint.safetensors"));
        Assert.Equal("symunet-xs", trained.Preset);
        Assert.All(weights, tensor => Assert.Equal(tensor.Values, average[tensor.Name].Values));
    }

    [Fact]
    public void Train_PairsAlone_NeedsNoPhotographs()
    {
        var pairs = Path.Combine(_folder, "Haze");
        for (var index = 0; index < 3; index++)
        {
            TestPictures.Save(Path.Combine(pairs, "hazy", $"{index}_1.png"), index, brighter: 40);
            TestPictures.Save(Path.Combine(pairs, "clear", $"{index}.png"), index);
        }

        var recipe = Recipe.Parse("pairs", $$"""
            network: edge-xs
            steps: 30
            optimizer: { precision: float32, warmUpSteps: 2, average: 0.8, learningRate: 0.003, clipNorm: 1 }
            phases: [ { until: 1, patch: 32, batch: 2 } ]
            data: { synthetic: 0, pairs: [ { folder: {{pairs}}, layout: reside } ] }
            validation: { pairs: 1, cropPixels: 64, every: 1 }
            """);
        var run = Path.Combine(_folder, "pairs");
        var output = new StringWriter();

        TrainCommand.Run(
            new(recipe, Path.Combine(_folder, "none"), run, 1, 1, "cpu"),
            new RunReport(output),
            CancellationToken.None);

        Assert.Contains("2 pairs of Haze to train on, 1 to validate", output.ToString(), StringComparison.Ordinal);
        var row = File.ReadAllLines(Path.Combine(run, "validation.csv"))[^1].Split(',');
        Assert.Equal("Haze/haze", row[2]);
        Assert.True(
            double.Parse(row[4], System.Globalization.CultureInfo.InvariantCulture)
            > 2 + double.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture), string.Join(',', row));
    }

    [Fact]
    public void Train_AsJson_GivesOneObjectALineWithPeakMemory()
    {
        var output = new StringWriter();

        TrainCommand.Run(
            new(NewRecipe(steps: 2), Path.Combine(_folder, "pictures"), Path.Combine(_folder, "json"), 1, 1, "cpu"),
            new RunReport(output, isJson: true), CancellationToken.None);

        var events = output.ToString().TrimEnd().Split('\n')
            .Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(
            ["started", "data", "steps", "validation", "finished"],
            events.Select(line => line.GetProperty("event").GetString()));
        Assert.Equal(2, events[2].GetProperty("step").GetInt64());
        Assert.Contains(
            "low-light+rain",
            events[3].GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("name").GetString()));
        Assert.True(events[4].GetProperty("peakBytes").GetInt64() > 10_000_000);
        Assert.True(events[4].GetProperty("isDone").GetBoolean());
        Assert.True(File.Exists(Path.Combine(_folder, "json", "loss.png")));
    }

    [Fact]
    public void Train_TowardsATeacher_ComesNearerToItThanWithout()
    {
        var teacher = Path.Combine(_folder, "teacher.safetensors");
        var network = Networks.NetworkPresets.Create("symunet-xs");
        var weights = Networks.Weights.InitialWeights.Of(network, seed: 5);
        new Networks.Weights.NetworkWeights(network, weights).Write(teacher);

        var without = Distance("");
        var output = Distance($"distillation: {{ teacher: {teacher}, output: 20 }}");
        var features = Distance($"distillation: {{ teacher: {teacher}, output: 0, features: 1 }}");

        Assert.True(output.Output < 0.8 * without.Output, $"{output.Output} taught, {without.Output} untaught");
        Assert.True(
            features.Features < 0.9 * without.Features, $"{features.Features} taught, {without.Features} untaught");

        (double Output, double Features) Distance(string distillation)
        {
            var recipe = Recipe.Parse("taught", $$"""
                network: edge-xs
                steps: 25
                optimizer: { precision: float32, warmUpSteps: 2, average: 0.5, learningRate: 0.003, clipNorm: 1 }
                {{distillation}}
                phases: [ { until: 1, patch: 32, batch: 2 } ]
                weights: { noise: 1 }
                validation: { photographs: 1, cropPixels: 64, every: 1 }
                """);
            var state = Run(recipe, Guid.NewGuid().ToString("N"));
            using var judge = Teacher.Load(
                new() { Teacher = teacher, Output = 1, Features = 1 }, torch.CPU);
            var student = judge.ReadStudent(
                state.Layout.Bind(state.Average, torch.ScalarType.Float32), torch.ScalarType.Float32, 1);
            var image = TestTensors.ToTorch(TestTensors.Image(1, 3, 32, 32));
            var prompt = torch.tensor(new long[] { 0 });
            using var noGrad = torch.no_grad();
            var restored = NetworkDefinition.Of(recipe).Restoration!.Restore(student, image, prompt);
            var both = judge.Compute(student, restored, image, prompt, torch.ScalarType.Float32).item<float>();
            using var outputJudge = Teacher.Load(new() { Teacher = teacher, Output = 1 }, torch.CPU);
            var output = outputJudge.Compute(student, restored, image, prompt, torch.ScalarType.Float32).item<float>();
            return (output, both - output);
        }
    }

    [Fact]
    public void Train_TeacherWithoutTheLayer_NamesTheKey()
    {
        var teacher = Path.Combine(_folder, "teacher.safetensors");
        var network = Networks.NetworkPresets.Create("symunet-xs");
        var weights = Networks.Weights.InitialWeights.Of(network, seed: 5);
        new Networks.Weights.NetworkWeights(network, weights).Write(teacher);
        var recipe = NewRecipe(steps: 1);
        recipe.Distillation = new() { Teacher = teacher, Features = 1, TeacherLayer = "nowhere" };

        var error = Assert.Throws<EdgeRestoreException>(() => Run(recipe, "nowhere"));

        Assert.Contains("distillation.teacherLayer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Train_WeightsOfAnotherNetwork_SaysWhatDiffers()
    {
        var recipe = NewRecipe(steps: 1);

        var error = Assert.Throws<EdgeRestoreException>(
            () => NetworkDefinition.Of(recipe).LoadWeights("Golden/symunet_w8.pth", seed: 1));

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
        var definition = NetworkDefinition.Of(recipe);
        var folder = new RunFolder(Path.Combine(_folder, name));
        var initial = definition.DrawWeights(recipe.Seed);
        definition.PlacePrompts(initial, recipe, isLoaded: false);
        var layout = ParameterVector.Of(initial);
        var state = File.Exists(folder.CheckpointPath)
            ? Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU)
            : new TrainingState(layout, layout.Pack(initial), torch.CPU);
        using var task = definition.CreateTask(layout, recipe, new(_photographs, []), new(workers, torch.CPU));
        if (stopAfterSteps is not { } steps)
        {
            Assert.True(new TrainingRun(task, state, folder, RunReport.None).Run(CancellationToken.None));
            return state;
        }

        using var trainer = new Trainer(task, state);
        for (var step = 0; step < steps; step++)
        {
            trainer.Step();
        }

        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.False(new TrainingRun(task, state, folder, RunReport.None).Run(stopped.Token));
        return state;
    }

    private static bool IsSelection(Networks.Weights.NamedTensor tensor) =>
        tensor.Name.EndsWith(".logits", StringComparison.Ordinal);

    private static float[] Selection(TrainingState state) =>
    [
        .. state.Layout.Unpack(TrainingState.ToArray(state.Values))
            .Where(IsSelection).SelectMany(tensor => tensor.Values),
    ];
}
