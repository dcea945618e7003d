using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// DequantizeLinear of an image in 8 bits, with a scale for each channel or one for all; what convolutions in 8 bits
/// give, [N, H, W, C], becomes what operators in floats take, [N, C, H, W]. It may be added to a value in floats.
/// </summary>
internal sealed unsafe class ChannelDequantize(bool adds) : CpuOperator
{
    public const string OpType = "ChannelDequantize";
    public const string AddingOpType = "ChannelDequantizeAdd";

    private float[] _scales = [];
    private int _zeroPoint;

    public override string Name => adds ? AddingOpType : OpType;

    public override ImmutableArray<ElementType> Inputs { get; } =
        adds ? [ElementType.UInt8, ElementType.Float] : [ElementType.UInt8];

    public override ElementType Output => ElementType.Float;

    public override CpuOperator CreateFor(void* node) => new ChannelDequantize(adds)
    {
        _scales = RuntimeApi.FloatsAttribute(node, "scale"),
        _zeroPoint = RuntimeApi.IntAttribute(node, "zero_point"),
    };

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        if (shape.Length != 4 || (_scales.Length != 1 && shape[3] != _scales.Length))
        {
            throw new InvalidOperationException(
                $"{Name} has {_scales.Length} scales, for an input that is not [N, H, W, {_scales.Length}].");
        }

        ReadOnlySpan<long> result = [shape[0], shape[3], shape[1], shape[2]];
        var places = shape[1] * shape[2];
        fixed (float* scales = _scales)
        {
            Job job = new()
            {
                Input = (byte*)RuntimeApi.Data(input),
                Scales = scales,
                HasOneScale = _scales.Length == 1,
                Channels = (int)shape[3],
                Places = places,
                TilesPerImage = WordTransposition.TilesOf(places),
                ZeroPoint = _zeroPoint,
            };
            if (adds)
            {
                var added = RuntimeApi.Input(context, 1);
                job.Added = (float*)RuntimeApi.Data(added);
                var addedShape = RuntimeApi.Shape(added, stackalloc long[MaxRank]);
                if (!addedShape.SequenceEqual(result))
                {
                    AddSpread(context, &job, result, addedShape);
                    return;
                }
            }

            job.Output = (float*)RuntimeApi.Output(context, 0, result);
            RuntimeApi.ForEach(context, &OnTile, (int)shape[0] * job.TilesPerImage, &job);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTile(void* state, nuint index)
    {
        var job = (Job*)state;
        var (image, first, count) = WordTransposition.TileAt((int)index, job->TilesPerImage, job->Places);
        ComputeBlock(job, image * job->Channels * job->Places, first, count);
    }

    [SkipLocalsInit]
    private static void ComputeBlock(Job* job, long image, long first, int count)
    {
        // bytes: (places, C); words: (C / 4, places); output, added: (C, places)
        var words = stackalloc uint[WordTransposition.MaxWords * WordTransposition.MaxPlaces];
        var channels = job->Channels;
        var bytes = job->Input + image + (first * channels);
        var channel = 0;
        while (channel + sizeof(uint) <= channels)
        {
            var length = Math.Min((channels - channel) / sizeof(uint), WordTransposition.MaxWords);
            WordTransposition.Run(
                bytes + channel, channels, (byte*)words, WordTransposition.MaxPlaces * sizeof(uint), count, length);
            for (var word = 0; word < length; word++, channel += sizeof(uint))
            {
                ComputeWords(
                    job, words + (word * WordTransposition.MaxPlaces), channel, image + (channel * job->Places) + first,
                    count);
            }
        }

        for (; channel < channels; channel++)
        {
            ComputePlaces(job, bytes + channel, channels, channel, image + (channel * job->Places) + first, count);
        }
    }

    // Four channels of some places.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeWords(Job* job, uint* words, int channel, long offset, int count)
    {
        var lanes = Vector<float>.Count;
        var zero = new Vector<int>(job->ZeroPoint);
        var mask = new Vector<int>(byte.MaxValue);
        var scale0 = new Vector<float>(job->ScaleOf(channel));
        var scale1 = new Vector<float>(job->ScaleOf(channel + 1));
        var scale2 = new Vector<float>(job->ScaleOf(channel + 2));
        var scale3 = new Vector<float>(job->ScaleOf(channel + 3));
        var places = (nint)job->Places;
        var y = job->Output + offset;
        var x = job->Added + offset;
        var at = 0;
        if (job->Added == null)
        {
            for (; at + lanes <= count; at += lanes, y += lanes)
            {
                var word = Vector.Load((int*)words + at);
                (Vector.ConvertToSingle((word & mask) - zero) * scale0).Store(y);
                (Vector.ConvertToSingle(((word >>> 8) & mask) - zero) * scale1).Store(y + places);
                (Vector.ConvertToSingle(((word >>> 16) & mask) - zero) * scale2).Store(y + (2 * places));
                (Vector.ConvertToSingle((word >>> 24) - zero) * scale3).Store(y + (3 * places));
            }
        }
        else
        {
            // Multiplied and added one after the other, as two operators do, not in one step that rounds once.
            for (; at + lanes <= count; at += lanes, x += lanes, y += lanes)
            {
                var word = Vector.Load((int*)words + at);
                var product0 = Vector.ConvertToSingle((word & mask) - zero) * scale0;
                var product1 = Vector.ConvertToSingle(((word >>> 8) & mask) - zero) * scale1;
                var product2 = Vector.ConvertToSingle(((word >>> 16) & mask) - zero) * scale2;
                var product3 = Vector.ConvertToSingle((word >>> 24) - zero) * scale3;
                (product0 + Vector.Load(x)).Store(y);
                (product1 + Vector.Load(x + places)).Store(y + places);
                (product2 + Vector.Load(x + (2 * places))).Store(y + (2 * places));
                (product3 + Vector.Load(x + (3 * places))).Store(y + (3 * places));
            }
        }

        for (var index = 0; at < count && index < sizeof(uint); index++)
        {
            ComputePlaces(
                job, (byte*)(words + at) + index, sizeof(uint), channel + index, offset + (index * places) + at,
                count - at);
        }
    }

    // One channel of some places, which lie so many bytes apart.
    private static void ComputePlaces(Job* job, byte* bytes, int stride, int channel, long offset, int count)
    {
        var scale = job->ScaleOf(channel);
        for (var place = 0; place < count; place++)
        {
            var value = (bytes[place * stride] - job->ZeroPoint) * scale;
            job->Output[offset + place] = job->Added == null ? value : value + job->Added[offset + place];
        }
    }

    // Of another shape, the value that is added is spread, as ONNX's Add has it. No package of ours does it.
    private static void AddSpread(void* context, Job* job, ReadOnlySpan<long> shape, ReadOnlySpan<long> addedShape)
    {
        var rank = Math.Max(shape.Length, addedShape.Length);
        Span<long> result = stackalloc long[MaxRank];
        result = result[..rank];
        for (var axis = 0; axis < rank; axis++)
        {
            var (one, other) = (SizeAt(shape, axis - rank), SizeAt(addedShape, axis - rank));
            result[axis] = one == 1 ? other : one;
            if (other != 1 && other != result[axis])
            {
                throw new InvalidOperationException(
                    $"{AddingOpType} has inputs whose sizes {one} and {other} do not go together.");
            }
        }

        var output = (float*)RuntimeApi.Output(context, 0, result);
        var count = RuntimeApi.CountOf(result);
        for (long index = 0; index < count; index++)
        {
            var (rest, from, step, fromAdded, stepAdded) = (index, 0L, 1L, 0L, 1L);
            var channel = 0;
            for (var axis = -1; axis >= -rank; axis--)
            {
                (rest, var place) = Math.DivRem(rest, result[rank + axis]);
                var (size, addedSize) = (SizeAt(shape, axis), SizeAt(addedShape, axis));
                var own = size == 1 ? 0 : place;
                if (axis == -3)
                {
                    channel = (int)own;
                }
                else
                {
                    from += own * step;
                    step *= size;
                }

                fromAdded += (addedSize == 1 ? 0 : place) * stepAdded;
                stepAdded *= addedSize;
            }

            output[index] = ((job->Input[(from * job->Channels) + channel] - job->ZeroPoint) * job->ScaleOf(channel))
                + job->Added[fromAdded];
        }

        static long SizeAt(ReadOnlySpan<long> sizes, int fromEnd) =>
            sizes.Length + fromEnd < 0 ? 1 : sizes[sizes.Length + fromEnd];
    }

    private struct Job
    {
        public byte* Input;
        public float* Added;
        public float* Output;
        public float* Scales;
        public bool HasOneScale;
        public int Channels;
        public long Places;
        public int TilesPerImage;
        public int ZeroPoint;

        public readonly float ScaleOf(int channel) => HasOneScale ? Scales[0] : Scales[channel];
    }
}
