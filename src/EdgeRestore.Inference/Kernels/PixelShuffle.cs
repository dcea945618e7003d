using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>[N, 4C, H, W] to [N, C, 2H, 2W]: DepthToSpace with blocks of 2, columns before rows before depth.</summary>
internal sealed unsafe class PixelShuffle(ElementType type) : CpuOperator
{
    public const string OpType = "PixelShuffle";
    public const string BytesOpType = "PixelShuffleBytes";

    public override string Name => type == ElementType.UInt8 ? BytesOpType : OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [type];

    public override ElementType Output => type;

    public override CpuOperator CreateFor(void* node) => this;

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        if (shape.Length != 4 || shape[1] % 4 != 0)
        {
            throw new InvalidOperationException($"{Name} has an input that is not [N, 4C, H, W].");
        }

        Job job = new()
        {
            Input = (byte*)RuntimeApi.Data(input),
            Height = (int)shape[2],
            Width = (int)shape[3],
            IsBytes = type == ElementType.UInt8,
        };
        ReadOnlySpan<long> result = [shape[0], shape[1] / 4, 2 * shape[2], 2 * shape[3]];
        job.Output = (byte*)RuntimeApi.Output(context, 0, result);
        RuntimeApi.ForEach(context, &OnPlane, (int)(result[0] * result[1]), &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPlane(void* state, nuint index)
    {
        var job = (Job*)state;
        var bytes = job->IsBytes ? 1 : sizeof(float);
        var (width, plane) = (job->Width, (long)job->Height * job->Width);
        var source = job->Input + ((long)index * 4 * plane * bytes);
        var target = job->Output + ((long)index * 4 * plane * bytes);
        for (var row = 0; row < 2 * job->Height; row++, target += 2 * width * bytes)
        {
            // Even rows interleave the planes 0 and 1, odd ones 2 and 3.
            var left = source + (((row % 2 * 2 * plane) + ((row / 2) * (long)width)) * bytes);
            if (job->IsBytes)
            {
                Interleave(left, left + plane, target, width);
            }
            else
            {
                Interleave((uint*)left, (uint*)left + plane, (uint*)target, width);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(uint* left, uint* right, uint* target, int length)
    {
        var lanes = Vector<uint>.Count;
        var at = 0;
        for (; BitConverter.IsLittleEndian && at + lanes <= length; at += lanes)
        {
            Vector.Widen(Vector.Load(left + at), out var left0, out var left1);
            Vector.Widen(Vector.Load(right + at), out var right0, out var right1);
            (left0 | (right0 << 32)).Store((ulong*)(target + (2 * at)));
            (left1 | (right1 << 32)).Store((ulong*)(target + (2 * at) + lanes));
        }

        for (; at < length; at++)
        {
            (target[2 * at], target[(2 * at) + 1]) = (left[at], right[at]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Interleave(byte* left, byte* right, byte* target, int length)
    {
        var lanes = Vector<byte>.Count;
        var at = 0;
        for (; BitConverter.IsLittleEndian && at + lanes <= length; at += lanes)
        {
            Vector.Widen(Vector.Load(left + at), out var left0, out var left1);
            Vector.Widen(Vector.Load(right + at), out var right0, out var right1);
            (left0 | (right0 << 8)).Store((ushort*)(target + (2 * at)));
            (left1 | (right1 << 8)).Store((ushort*)(target + (2 * at) + lanes));
        }

        for (; at < length; at++)
        {
            (target[2 * at], target[(2 * at) + 1]) = (left[at], right[at]);
        }
    }

    private struct Job
    {
        public byte* Input;
        public byte* Output;
        public int Height;
        public int Width;
        public bool IsBytes;
    }
}
