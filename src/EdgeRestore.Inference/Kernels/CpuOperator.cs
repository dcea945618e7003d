using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>An operator of our own for ONNX Runtime's CPU provider. It has one output.</summary>
/// <remarks>Instances that ONNX Runtime knows by name make others, one for each node.</remarks>
internal abstract unsafe class CpuOperator
{
    /// <summary>The most dimensions of a tensor.</summary>
    protected const int MaxRank = 8;

    public abstract string Name { get; }

    public abstract ImmutableArray<ElementType> Inputs { get; }

    public abstract ElementType Output { get; }

    /// <summary>The operator with the attributes of a node.</summary>
    /// <param name="node">OrtKernelInfo.</param>
    public abstract CpuOperator CreateFor(void* node);

    /// <summary>Runs on one of ONNX Runtime's threads; allocates nothing that is managed.</summary>
    /// <param name="context">OrtKernelContext.</param>
    public abstract void Compute(void* context);
}
