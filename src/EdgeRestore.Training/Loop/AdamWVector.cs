using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Loop;

/// <summary>
/// AdamW with decoupled weight decay (arXiv 1711.05101) over one vector, with clipping by global norm.
/// </summary>
/// <remarks>
/// torch.optim.AdamW would walk hundreds of small tensors each step; here the whole state is two vectors and a counter,
/// which is also all that a checkpoint has to keep.
/// </remarks>
internal sealed class AdamWVector
{
    // PyTorch's default, which the published recipe keeps.
    private const double Epsilon = 1e-8;

    private readonly OptimizerRecipe _recipe;

    public AdamWVector(Tensor firstMoment, Tensor secondMoment, long steps, OptimizerRecipe recipe)
    {
        FirstMoment = firstMoment;
        SecondMoment = secondMoment;
        Steps = steps;
        _recipe = recipe;
    }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    public long Steps { get; private set; }

    /// <summary>One step; returns the norm of the gradient before clipping.</summary>
    /// <param name="values">Changed in place.</param>
    /// <param name="gradient">Of the same length.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="trainable">1 where values may change, else 0; none where all may.</param>
    /// <remarks>A gradient that is not finite changes nothing: the caller counts and reports it.</remarks>
    public double Step(Tensor values, Tensor gradient, double learningRate, Tensor? trainable = null)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var norm = gradient.norm().item<float>();
        if (!float.IsFinite(norm))
        {
            return norm;
        }

        Steps++;
        var (beta1, beta2) = (_recipe.Beta1, _recipe.Beta2);
        var scale = Math.Min(1, _recipe.ClipNorm / (norm + 1e-6));
        var clipped = gradient.mul(scale);
        FirstMoment.mul_(beta1).add_(clipped, 1 - beta1);
        SecondMoment.mul_(beta2).addcmul_(clipped, clipped, 1 - beta2);
        var correction1 = 1 - Math.Pow(beta1, Steps);
        var correction2 = 1 - Math.Pow(beta2, Steps);
        var denominator = SecondMoment.sqrt().div_(Math.Sqrt(correction2)).add_(Epsilon);
        var change = FirstMoment.div(denominator).mul_(-learningRate / correction1)
            .sub_(values.detach().mul(learningRate * _recipe.WeightDecay));
        values.add_(trainable is null ? change : change.mul_(trainable));
        return norm;
    }
}
