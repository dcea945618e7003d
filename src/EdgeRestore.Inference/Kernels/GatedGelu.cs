using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>GELU(a)·b of two tensors in 8 bits with channels last, in floats or rounded to 8 bits again.</summary>
/// <remarks>
/// Each channel has scales of its own. In ONNX's operators it is four to seven passes over memory, most of them in
/// floats.
/// </remarks>
internal sealed unsafe class GatedGelu(bool rounds) : CpuOperator
{
    public const string OpType = "GatedGelu";
    public const string RoundingOpType = "GatedGeluToBytes";

    // What a thread takes at once.
    private const int ChunkLength = 16384;

    private float[] _scales = [];
    private int _zeroPointA;
    private int _zeroPointB;
    private ByteRounding _rounding;

    public override string Name => rounds ? RoundingOpType : OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [ElementType.UInt8, ElementType.UInt8];

    public override ElementType Output => rounds ? ElementType.UInt8 : ElementType.Float;

    // A vector of bytes, which is four of floats.
    private static int Step => Vector<byte>.Count;

    public override CpuOperator CreateFor(void* node)
    {
        var a = RuntimeApi.FloatsAttribute(node, "a_scale");
        var b = RuntimeApi.FloatsAttribute(node, "b_scale");
        if (a.Length == 0 || a.Length != b.Length)
        {
            throw new InvalidOperationException(
                $"{Name} has {a.Length} scales of a and {b.Length} of b; it needs one of each for each channel.");
        }

        // Scales are repeated until a whole number of steps fits, so that no step reads around their end.
        var period = a.Length;
        while (period % Step != 0)
        {
            period += a.Length;
        }

        var scales = GC.AllocateUninitializedArray<float>(2 * period, pinned: true);
        for (var index = 0; index < period; index++)
        {
            scales[index] = a[index % a.Length];
            scales[period + index] = b[index % a.Length];
        }

        return new GatedGelu(rounds)
        {
            _scales = scales,
            _zeroPointA = RuntimeApi.IntAttribute(node, "a_zero_point"),
            _zeroPointB = RuntimeApi.IntAttribute(node, "b_zero_point"),
            _rounding = rounds
                ? new(RuntimeApi.FloatAttribute(node, "scale"), RuntimeApi.IntAttribute(node, "zero_point"))
                : default,
        };
    }

    public override void Compute(void* context)
    {
        var a = RuntimeApi.Input(context, 0);
        var b = RuntimeApi.Input(context, 1);
        var shape = RuntimeApi.Shape(a, stackalloc long[MaxRank]);
        if (!shape.SequenceEqual(RuntimeApi.Shape(b, stackalloc long[MaxRank])))
        {
            throw new InvalidOperationException($"{Name} has inputs of different shapes.");
        }

        var length = RuntimeApi.CountOf(shape);

        var period = _scales.Length / 2;
        Job job = new()
        {
            A = (byte*)RuntimeApi.Data(a),
            B = (byte*)RuntimeApi.Data(b),
            Output = RuntimeApi.Output(context, 0, shape),
            Rounds = rounds,
            Length = length,
            Chunk = Math.Max(1, ChunkLength / period) * period,
            Scales = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_scales)),
            Period = period,
            ZeroPointA = _zeroPointA,
            ZeroPointB = _zeroPointB,
            Rounding = _rounding,
        };
        RuntimeApi.ForEach(context, &OnChunk, (int)((length + job.Chunk - 1) / job.Chunk), &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnChunk(void* state, nuint index)
    {
        var job = (Job*)state;
        var first = (long)index * job->Chunk;
        ComputeChunk(job, first, (int)Math.Min(job->Chunk, job->Length - first));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeChunk(Job* job, long first, int length)
    {
        var lanes = Vector<float>.Count;
        var a = job->A + first;
        var b = job->B + first;
        var bytes = (byte*)job->Output + first;
        var floats = (float*)job->Output + first;
        var (rounds, rounding, period) = (job->Rounds, job->Rounding, job->Period);
        var zeroPointA = new Vector<int>(job->ZeroPointA);
        var zeroPointB = new Vector<int>(job->ZeroPointB);

        // Step by step through the first cache: written out for four vectors, this is more than the compiler inlines.
        var levelsOfA = stackalloc int[Step];
        var levelsOfB = stackalloc int[Step];
        var results = stackalloc float[Step];
        var (at, place) = (0, 0);
        for (; at + Step <= length; at += Step)
        {
            Widen(Vector.Load(a + at), levelsOfA);
            Widen(Vector.Load(b + at), levelsOfB);
            var scaleA = job->Scales + place;
            var scaleB = scaleA + period;
            place = place + Step == period ? 0 : place + Step;
            var target = rounds ? results : floats + at;
            for (var lane = 0; lane < Step; lane += lanes)
            {
                Gate(
                    Vector.Load(levelsOfA + lane) - zeroPointA, Vector.Load(scaleA + lane),
                    Vector.Load(levelsOfB + lane) - zeroPointB, Vector.Load(scaleB + lane)).Store(target + lane);
            }

            if (rounds)
            {
                rounding.Round(
                    Vector.Load(results), Vector.Load(results + lanes),
                    Vector.Load(results + (2 * lanes)), Vector.Load(results + (3 * lanes))).Store(bytes + at);
            }
        }

        for (; at < length; at++, place++)
        {
            var y = Gate(
                new(a[at] - job->ZeroPointA), new(job->Scales[place]),
                new(b[at] - job->ZeroPointB), new(job->Scales[period + place]))[0];
            if (rounds)
            {
                bytes[at] = rounding.Round(y);
            }
            else
            {
                floats[at] = y;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(Vector<byte> value, int* levels)
    {
        var lanes = Vector<int>.Count;
        Vector.Widen(value, out var low, out var high);
        Vector.Widen(low.As<ushort, short>(), out var a, out var b);
        Vector.Widen(high.As<ushort, short>(), out var c, out var d);
        a.Store(levels);
        b.Store(levels + lanes);
        c.Store(levels + (2 * lanes));
        d.Store(levels + (3 * lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Gate(Vector<int> a, Vector<float> scaleA, Vector<int> b, Vector<float> scaleB)
    {
        var x = Vector.ConvertToSingle(a) * scaleA;
        var half = new Vector<float>(0.5f);
        var phi = Vector.FusedMultiplyAdd(
            half, ErrorFunction.Of(x * new Vector<float>(ErrorFunction.RootOfHalf)), half);
        return x * phi * (Vector.ConvertToSingle(b) * scaleB);
    }

    private struct Job
    {
        public byte* A;
        public byte* B;
        public void* Output;
        public bool Rounds;
        public long Length;
        public int Chunk;
        public float* Scales;
        public int Period;
        public int ZeroPointA;
        public int ZeroPointB;
        public ByteRounding Rounding;
    }
}
