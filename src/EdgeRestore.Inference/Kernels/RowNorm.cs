using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// Euclidean norm over the last axis, which stays as 1: ReduceL2, which ONNX Runtime does one value at a time.
/// </summary>
internal sealed unsafe class RowNorm : CpuOperator
{
    public const string OpType = "RowNorm";

    public override string Name => OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [ElementType.Float];

    public override ElementType Output => ElementType.Float;

    public override CpuOperator CreateFor(void* node) => this;

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        var length = shape[^1];
        shape[^1] = 1;
        var rows = RuntimeApi.CountOf(shape);

        Job job = new()
        {
            Input = (float*)RuntimeApi.Data(input),
            Output = (float*)RuntimeApi.Output(context, 0, shape),
            Length = length,
        };
        RuntimeApi.ForEach(context, &OnRow, (int)rows, &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRow(void* state, nuint index)
    {
        var job = (Job*)state;
        job->Output[index] = Norm(job->Input + ((long)index * job->Length), job->Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Norm(float* x, long length)
    {
        var lanes = Vector<float>.Count;
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
        long at = 0;
        for (; at + (4 * lanes) <= length; at += 4 * lanes)
        {
            var x0 = Vector.Load(x + at);
            var x1 = Vector.Load(x + at + lanes);
            var x2 = Vector.Load(x + at + (2 * lanes));
            var x3 = Vector.Load(x + at + (3 * lanes));
            s0 = Vector.FusedMultiplyAdd(x0, x0, s0);
            s1 = Vector.FusedMultiplyAdd(x1, x1, s1);
            s2 = Vector.FusedMultiplyAdd(x2, x2, s2);
            s3 = Vector.FusedMultiplyAdd(x3, x3, s3);
        }

        var sum = Vector.Sum(s0 + s1 + (s2 + s3));
        for (; at < length; at++)
        {
            sum += x[at] * x[at];
        }

        return MathF.Sqrt(sum);
    }

    private struct Job
    {
        public float* Input;
        public float* Output;
        public long Length;
    }
}
