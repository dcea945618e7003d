using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// (x - mean) / sqrt(variance + epsilon) over the channels of [N, C, H, W] at each place, in floats, or rounded to 8
/// bits, which convolutions take as [N, H, W, C].
/// </summary>
/// <remarks>
/// ONNX's LayerNormalization wants channels last; written for channels first, it is eight passes over memory. This is
/// one.
/// </remarks>
internal sealed unsafe class ChannelNorm(
    bool rounds, int channels = 0, float epsilon = 0, ByteRounding rounding = default)
    : CpuOperator
{
    // Of these many places a thread takes at once: enough that it seldom asks for more.
    private const int TilePlaces = 512;

    // Cache lines that are fetched ahead: a block's rows lie far apart, which hardware does not foresee.
    private const int AheadPlaces = 64;
    private const int LinePlaces = 16;

    /// <summary>More would not fit on a thread's stack.</summary>
    public const int MaxChannels = 2048;

    public const string OpType = "ChannelNorm";
    public const string RoundingOpType = "ChannelNormToBytes";

    public override string Name => rounds ? RoundingOpType : OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [ElementType.Float];

    public override ElementType Output => rounds ? ElementType.UInt8 : ElementType.Float;

    public override CpuOperator CreateFor(void* node) => new ChannelNorm(
        rounds,
        RuntimeApi.IntAttribute(node, "channels"),
        RuntimeApi.FloatAttribute(node, "epsilon"),
        rounds ? new(RuntimeApi.FloatAttribute(node, "scale"), RuntimeApi.IntAttribute(node, "zero_point")) : default);

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        var places = RuntimeApi.CountOf(shape[1..]);

        // As a reshape to [N, channels, -1] has it, whatever the rank.
        if (channels is < 1 or > MaxChannels || places % channels != 0
            || (rounds && (shape.Length != 4 || shape[1] != channels)))
        {
            throw new InvalidOperationException(
                $"{Name} has {channels} channels, which 1 to {MaxChannels} must be, for {places} values of an image.");
        }

        places /= channels;
        ReadOnlySpan<long> result = rounds ? [shape[0], shape[2], shape[3], shape[1]] : shape;

        Job job = new()
        {
            Input = (float*)RuntimeApi.Data(input),
            Output = RuntimeApi.Output(context, 0, result),
            Rounds = rounds,
            Places = places,
            Channels = channels,
            TilesPerImage = (int)((places + TilePlaces - 1) / TilePlaces),
            Epsilon = epsilon,
            Rounding = rounding,
        };
        RuntimeApi.ForEach(context, &OnTile, (int)shape[0] * job.TilesPerImage, &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTile(void* state, nuint index)
    {
        var job = (Job*)state;
        var (image, tile) = Math.DivRem((int)index, job->TilesPerImage);
        var first = (long)tile * TilePlaces;
        var end = Math.Min(first + TilePlaces, job->Places);
        var block = 4 * Vector<float>.Count;
        for (; first + block <= end; first += block)
        {
            ComputeBlock(job, image, first);
        }

        for (; first < end; first++)
        {
            ComputePlace(job, image, first);
        }
    }

    // Four vectors of places at once, all their channels: what was read stays in the first cache until it is written.
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeBlock(Job* job, long image, long first)
    {
        var lanes = Vector<float>.Count;
        var channels = job->Channels;
        var places = (nint)job->Places;
        var values = stackalloc float[channels * 4 * lanes];
        var x = job->Input + (image * channels * places) + first;

        // Shifted by the first channel, which is one of the values, sums of squares lose nothing that matters.
        var k0 = Vector.Load(x);
        var k1 = Vector.Load(x + lanes);
        var k2 = Vector.Load(x + (2 * lanes));
        var k3 = Vector.Load(x + (3 * lanes));
        Vector<float> m0 = default, m1 = default, m2 = default, m3 = default;
        Vector<float> v0 = default, v1 = default, v2 = default, v3 = default;
        var kept = values;
        for (var channel = 0; channel < channels; channel++, x += places, kept += 4 * lanes)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch1(x + AheadPlaces);
                Sse.Prefetch1(x + AheadPlaces + LinePlaces);
            }

            var d0 = Vector.Load(x) - k0;
            var d1 = Vector.Load(x + lanes) - k1;
            var d2 = Vector.Load(x + (2 * lanes)) - k2;
            var d3 = Vector.Load(x + (3 * lanes)) - k3;
            d0.Store(kept);
            d1.Store(kept + lanes);
            d2.Store(kept + (2 * lanes));
            d3.Store(kept + (3 * lanes));
            m0 += d0;
            m1 += d1;
            m2 += d2;
            m3 += d3;
            v0 = Vector.FusedMultiplyAdd(d0, d0, v0);
            v1 = Vector.FusedMultiplyAdd(d1, d1, v1);
            v2 = Vector.FusedMultiplyAdd(d2, d2, v2);
            v3 = Vector.FusedMultiplyAdd(d3, d3, v3);
        }

        var inverse = new Vector<float>(1f / channels);
        var epsilon = new Vector<float>(job->Epsilon);
        m0 *= inverse;
        m1 *= inverse;
        m2 *= inverse;
        m3 *= inverse;
        v0 = FactorOf(v0 * inverse, m0, epsilon);
        v1 = FactorOf(v1 * inverse, m1, epsilon);
        v2 = FactorOf(v2 * inverse, m2, epsilon);
        v3 = FactorOf(v3 * inverse, m3, epsilon);
        kept = values;
        if (job->Rounds)
        {
            // Rounded values take the place of four channels that have been read.
            var rounding = job->Rounding;
            var words = (int*)values;
            var target = (byte*)job->Output + (((image * places) + first) * channels);
            var channel = 0;
            for (; channel + sizeof(int) <= channels; channel += sizeof(int), kept += 16 * lanes, words += 4 * lanes)
            {
                RoundWords(rounding, kept, m0, v0).Store(words);
                RoundWords(rounding, kept + lanes, m1, v1).Store(words + lanes);
                RoundWords(rounding, kept + (2 * lanes), m2, v2).Store(words + (2 * lanes));
                RoundWords(rounding, kept + (3 * lanes), m3, v3).Store(words + (3 * lanes));
            }

            WordTransposition.Run(
                (byte*)values, 4 * lanes * sizeof(int), target, channels, channels / sizeof(int), 4 * lanes);
            for (; channel < channels; channel++, kept += 4 * lanes)
            {
                ((Vector.Load(kept) - m0) * v0).Store(kept);
                ((Vector.Load(kept + lanes) - m1) * v1).Store(kept + lanes);
                ((Vector.Load(kept + (2 * lanes)) - m2) * v2).Store(kept + (2 * lanes));
                ((Vector.Load(kept + (3 * lanes)) - m3) * v3).Store(kept + (3 * lanes));
                for (var place = 0; place < 4 * lanes; place++)
                {
                    target[(place * channels) + channel] = rounding.Round(kept[place]);
                }
            }
        }
        else
        {
            var y = (float*)job->Output + (image * channels * places) + first;
            for (var channel = 0; channel < channels; channel++, y += places, kept += 4 * lanes)
            {
                ((Vector.Load(kept) - m0) * v0).Store(y);
                ((Vector.Load(kept + lanes) - m1) * v1).Store(y + lanes);
                ((Vector.Load(kept + (2 * lanes)) - m2) * v2).Store(y + (2 * lanes));
                ((Vector.Load(kept + (3 * lanes)) - m3) * v3).Store(y + (3 * lanes));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> RoundWords(ByteRounding rounding, float* kept, Vector<float> mean, Vector<float> factor)
    {
        var block = 4 * Vector<float>.Count;
        return rounding.RoundToWords(
            (Vector.Load(kept) - mean) * factor,
            (Vector.Load(kept + block) - mean) * factor,
            (Vector.Load(kept + (2 * block)) - mean) * factor,
            (Vector.Load(kept + (3 * block)) - mean) * factor);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> FactorOf(Vector<float> square, Vector<float> mean, Vector<float> epsilon) =>
        Vector<float>.One / Vector.SquareRoot(Vector.MaxNative(square - (mean * mean), Vector<float>.Zero) + epsilon);

    // What is left over beside the last block.
    private static void ComputePlace(Job* job, long image, long place)
    {
        var offset = (image * job->Channels * job->Places) + place;
        var x = job->Input + offset;
        var (mean, square) = (0f, 0f);
        for (var channel = 0; channel < job->Channels; channel++)
        {
            var difference = x[channel * job->Places] - x[0];
            mean += difference;
            square += difference * difference;
        }

        mean /= job->Channels;
        var factor = 1 / MathF.Sqrt(MathF.Max((square / job->Channels) - (mean * mean), 0) + job->Epsilon);
        for (var channel = 0; channel < job->Channels; channel++)
        {
            var value = (x[channel * job->Places] - x[0] - mean) * factor;
            if (job->Rounds)
            {
                ((byte*)job->Output)[(((image * job->Places) + place) * job->Channels) + channel] =
                    job->Rounding.Round(value);
            }
            else
            {
                ((float*)job->Output)[offset + (channel * job->Places)] = value;
            }
        }
    }

    private struct Job
    {
        public float* Input;
        public void* Output;
        public bool Rounds;
        public long Places;
        public int Channels;
        public int TilesPerImage;
        public float Epsilon;
        public ByteRounding Rounding;
    }
}
