using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// DequantizeLinear of [N, C, ...] in 8 bits with a scale for each channel, on all threads and whole vectors.
/// </summary>
internal sealed unsafe class ChannelDequantize : CpuOperator
{
    public const string OpType = "ChannelDequantize";

    private float[] _scales = [];
    private int _zeroPoint;

    public override string Name => OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [ElementType.UInt8];

    public override ElementType Output => ElementType.Float;

    public override CpuOperator CreateFor(void* node) => new ChannelDequantize
    {
        _scales = RuntimeApi.FloatsAttribute(node, "scale"),
        _zeroPoint = RuntimeApi.IntAttribute(node, "zero_point"),
    };

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        if (shape.Length < 2 || shape[1] != _scales.Length)
        {
            throw new InvalidOperationException($"{Name} has {_scales.Length} scales for an input of other channels.");
        }

        var length = RuntimeApi.CountOf(shape[2..]);

        fixed (float* scales = _scales)
        {
            Job job = new()
            {
                Input = (byte*)RuntimeApi.Data(input),
                Output = (float*)RuntimeApi.Output(context, 0, shape),
                Scales = scales,
                Channels = _scales.Length,
                Length = length,
                ZeroPoint = _zeroPoint,
            };
            RuntimeApi.ForEach(context, &OnChannel, (int)shape[0] * job.Channels, &job);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnChannel(void* state, nuint index)
    {
        var job = (Job*)state;
        var first = (long)index * job->Length;
        Compute(job->Input + first, job->Output + first, job->Length, job->Scales[(int)index % job->Channels], job->ZeroPoint);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compute(byte* input, float* output, long length, float scale, int zeroPoint)
    {
        var lanes = Vector<float>.Count;
        var factor = new Vector<float>(scale);
        var zero = new Vector<short>((short)zeroPoint);
        long at = 0;
        for (; at + (4 * lanes) <= length; at += 4 * lanes)
        {
            Vector.Widen(Vector.Load(input + at), out var low, out var high);
            Vector.Widen(low.As<ushort, short>() - zero, out var a, out var b);
            Vector.Widen(high.As<ushort, short>() - zero, out var c, out var d);
            (Vector.ConvertToSingle(a) * factor).Store(output + at);
            (Vector.ConvertToSingle(b) * factor).Store(output + at + lanes);
            (Vector.ConvertToSingle(c) * factor).Store(output + at + (2 * lanes));
            (Vector.ConvertToSingle(d) * factor).Store(output + at + (3 * lanes));
        }

        for (; at < length; at++)
        {
            output[at] = (input[at] - zeroPoint) * scale;
        }
    }

    private struct Job
    {
        public byte* Input;
        public float* Output;
        public float* Scales;
        public int Channels;
        public long Length;
        public int ZeroPoint;
    }
}
