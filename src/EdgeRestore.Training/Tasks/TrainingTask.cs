using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tasks;

/// <summary>What is trained: where its batches come from, what its loss is, how it is judged.</summary>
internal abstract class TrainingTask(ParameterVector layout, Recipe recipe) : IDisposable
{
    public ParameterVector Layout { get; } = layout;

    public Recipe Recipe { get; } = recipe;

    protected Schedule Schedule { get; } = new(recipe);

    /// <summary>Whether a parameter decides which channels are selected: constant once the sets are frozen.</summary>
    public virtual bool DecidesSelection(string parameter) => false;

    /// <summary>Whether a parameter is given with the network and never trained.</summary>
    public virtual bool IsGiven(string parameter) => false;

    /// <summary>Adapts fresh weights to the data, in place, before the first step.</summary>
    public virtual void Prepare(Tensor values)
    {
    }

    /// <summary>The loss of the batch that starts at a sample index, as a graph over the values.</summary>
    public abstract BatchLoss Forward(Tensor values, long position, double progress);

    /// <summary>
    /// What the step's batch changes beside the gradient: counted statistics. Within the step's scope.
    /// </summary>
    public virtual void AfterStep(Tensor values)
    {
    }

    /// <summary>Measures the averaged weights and writes the result to the run folder and the report.</summary>
    public abstract void Validate(Tensor average, TrainingCounters counters, RunFolder folder, RunReport report);

    public abstract void Dispose();

    protected static ScalarType ComputeTypeOf(Recipe recipe) =>
        recipe.Optimizer.Precision == OptimizerRecipe.Float32 ? ScalarType.Float32 : ScalarType.BFloat16;

    /// <summary>(N, tokens, size) float32.</summary>
    internal static Tensor ToTokens(IReadOnlyList<float[]> samples, long size, Device device) => torch.tensor(
        samples.SelectMany(tokens => tokens).ToArray(), [samples.Count, samples[0].Length / size, size]).to(device);

    // pixels: (N, H, W, 3) bytes -> (N, 3, H, W) float32 in [0, 1], channels-last in memory
    internal static Tensor ToImage(byte[] pixels, int count, int height, int width, Device device)
    {
        var bytes = torch.tensor(pixels, [count, height, width, 3], ScalarType.Byte).to(device);
        return bytes.to(ScalarType.Float32).div(255).permute(0, 3, 1, 2);
    }
}

/// <param name="Loss">A scalar.</param>
/// <param name="SampleCount">By how much the position moves.</param>
/// <param name="Waited">Time spent waiting for the samples.</param>
internal readonly record struct BatchLoss(Tensor Loss, int SampleCount, TimeSpan Waited);

/// <summary>What a task may use of the machine.</summary>
/// <param name="Workers">Threads that make samples ahead of the step.</param>
/// <param name="Device">Where the values lie.</param>
internal sealed record TaskResources(int Workers, Device Device);
