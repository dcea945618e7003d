using EdgeRestore.Degradations;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using Microsoft.ML.OnnxRuntime;
using TorchSharp;

namespace EdgeRestore.Training.Tests.Loop;

/// <summary>The published DPGNet, as narrow as can be, through training, checkpoints and export.</summary>
public sealed class ResNetTrainingTests : IDisposable
{
    private const int Side = 29;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-resnet-").FullName;
    private readonly PhotographSet _photographs;

    public ResNetTrainingTests()
    {
        var pictures = Path.Combine(_folder, "pictures");
        for (var index = 0; index < 3; index++)
        {
            TestPictures.Save(Path.Combine(pictures, $"{index}.png"), index, width: 208, height: 200);
        }

        _photographs = PhotographSet.Load(pictures, 1, 192, isForClassifier: true, CancellationToken.None);
    }

    public void Dispose()
    {
        _photographs.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("running", "float32")]
    [InlineData("running", "bfloat16")]
    [InlineData("frozen", "float32")]
    public void Run_StoppedAndResumed_EndsAsTheOneThatDidNotStop_AndCountsStatisticsWhereAsked(
        string batchNorm, string precision)
    {
        var recipe = NewRecipe(batchNorm, precision);

        var (whole, initial) = Run(recipe, "whole", steps: 4);
        Run(recipe, "parts", steps: 2);
        var (parts, _) = Run(recipe, "parts", steps: 4);

        Assert.Equal(TrainingState.ToArray(whole.Values), TrainingState.ToArray(parts.Values));
        Assert.Equal(TrainingState.ToArray(whole.Average), TrainingState.ToArray(parts.Average));
        var trained = whole.Layout.Unpack(TrainingState.ToArray(whole.Values));
        Assert.All(trained, tensor => Assert.Equal(
            batchNorm == "running" || !DpgResNet.IsStatistic(tensor.Name),
            !tensor.Values.AsSpan().SequenceEqual(initial[tensor.Name].Values)));
    }

    // One batch from a mean of 0 and a variance of 1: a tenth of the batch's, the variance over N - 1.
    [Fact]
    public void BatchNorm_Training_TakesTheBatchAndCountsATenthOfIt()
    {
        float[] pixels = [1, 2, 3, 4, 5, 6, 7, 8];
        using var x = torch.tensor(pixels, [2, 1, 2, 2]);
        var reading = new TrainingReading(
            new Dictionary<string, torch.Tensor>
            {
                ["weight"] = torch.ones(1),
                ["bias"] = torch.zeros(1),
                ["mean"] = torch.zeros(1),
                ["variance"] = torch.ones(1),
            },
            torch.ScalarType.Float32,
            new(CountsStatistics: true, Dropout: 0, Seed: 0));
        torch.Tensor Of(string name) => reading.Parameter(name, [1], Initialization.Zeros);

        var y = reading.BatchNorm(x, new(Of("weight"), Of("bias"), Of("mean"), Of("variance")), eps: 0);

        Assert.Equal(0, y.mean().item<float>(), 1e-6);
        Assert.Equal(1, y.square().mean().item<float>(), 1e-5);
        Assert.Equal(0.45, reading.Running["mean"].item<float>(), 1e-6);
        Assert.Equal(0.9 + 0.6, reading.Running["variance"].item<float>(), 1e-6);
        Assert.Equal(0, Of("mean").item<float>());
    }

    [Fact]
    public void DropChannels_Training_DropsWholeChannelsAndKeepsTheMean()
    {
        using var x = torch.ones([64, 64, 2, 2]);
        torch.Tensor Drop(ulong seed) => new TrainingReading(
            new Dictionary<string, torch.Tensor>(), torch.ScalarType.Float32, new(false, 0.35, seed)).DropChannels(x);

        var dropped = Drop(1);

        Assert.Equal(1, dropped.mean().item<float>(), 0.03);
        Assert.Equal(0, dropped.amax([2, 3]).sub(dropped.amin([2, 3])).abs().max().item<float>());
        Assert.Equal(TestTensors.ToArray(dropped), TestTensors.ToArray(Drop(1)));
        Assert.NotEqual(TestTensors.ToArray(dropped), TestTensors.ToArray(Drop(2)));
    }

    [Fact]
    public void Export_TrainedOnTextPrompts_GivesTorchsProbabilities_AndKeepsThePrompts()
    {
        var texts = new NamedTensors();
        foreach (var degradation in DegradationNames.All)
        {
            texts.Add(new(
                degradation.ToName(), [7],
                [.. Enumerable.Range(0, 7).Select(index => MathF.Sin((7 * (int)degradation) + index))]));
        }

        var path = Path.Combine(_folder, "texts.safetensors");
        texts.Write(path);
        var recipe = NewRecipe("running", "float32", $"selection: {{ prompts: {path} }}");

        var (state, _) = Run(recipe, "texts", steps: 3);

        var average = state.Layout.Unpack(TrainingState.ToArray(state.Average));
        Assert.Equal(
            DegradationNames.All.SelectMany(degradation => texts[degradation.ToName()].Values),
            average[ClassifierNetwork.PrototypeTable].Values);
        var network = NetworkDefinition.Of(recipe).Classifier!;
        var random = new Random(5);
        var bytes = new byte[2 * Side * Side * 3];
        random.NextBytes(bytes);
        using var image = TrainingTask.ToImage(bytes, 2, Side, Side, torch.CPU);
        var logits = network.Classify(
            new TorchReading(state.Layout.Bind(state.Average, torch.ScalarType.Float32), torch.ScalarType.Float32),
            [image])
            .Logits;
        using var run = new OnnxRun(ClassifierExport.ToServing(network, average));
        var found = run.Run<float>(
            ["probabilities"], ("image", OrtValue.CreateTensorValueFromMemory(bytes, [2, Side, Side, 3])));
        Assert.InRange(
            TestTensors.MaxDifference(TestTensors.ToArray(logits.softmax(1)), found["probabilities"].Values), 0, 1e-4);
    }

    private static Recipe NewRecipe(string batchNorm, string precision, string lines = "") => Recipe.Parse("test", $$"""
        network: dpgnet-resnet18
        configuration: { side: {{Side}}, widths: [4, 6], hidden: 10, embeddingSize: 7, temperature: 0.2 }
        steps: 4
        optimizer: { warmUpSteps: 1, average: 0.8, precision: {{precision}}, learningRate: 0.003, clipNorm: 1 }
        classifier: { batchNorm: {{batchNorm}}, dropout: 0.35 }
        phases: [ { until: 1, patch: 200, batch: 3 } ]
        weights: { clear: 1, noise: 1, haze: 1 }
        validation: { photographs: 1, every: 1 }
        {{lines}}
        """);

    // Returned states are small and live until the process ends.
    private (TrainingState State, Dictionary<string, NamedTensor> Initial) Run(Recipe recipe, string name, int steps)
    {
        var definition = NetworkDefinition.Of(recipe);
        var folder = new RunFolder(Path.Combine(_folder, name));
        var initial = definition.DrawWeights(recipe.Seed);
        definition.PlacePrompts(initial, recipe, isLoaded: false);
        var first = initial.ToDictionary(
            tensor => tensor.Name, tensor => new NamedTensor(tensor.Name, tensor.Shape, [.. tensor.Values]));
        var layout = ParameterVector.Of(initial);
        var state = File.Exists(folder.CheckpointPath)
            ? Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU)
            : new TrainingState(layout, layout.Pack(initial), torch.CPU);
        using var task = definition.CreateTask(layout, recipe, new(_photographs, []), new(1, torch.CPU));
        using var trainer = new Trainer(task, state);
        while (state.Counters.Step < steps)
        {
            trainer.Step();
        }

        Checkpoint.Save(folder.CheckpointPath, state, recipe);
        return (state, first);
    }
}
