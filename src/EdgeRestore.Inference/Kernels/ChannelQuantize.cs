using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Inference.Kernels;

/// <summary>
/// QuantizeLinear of an image, [N, C, H, W] in floats, to 8 bits with one scale as convolutions take it, [N, H, W, C].
/// </summary>
internal sealed unsafe class ChannelQuantize(ByteRounding rounding = default) : CpuOperator
{
    public const string OpType = "ChannelQuantize";

    public override string Name => OpType;

    public override ImmutableArray<ElementType> Inputs { get; } = [ElementType.Float];

    public override ElementType Output => ElementType.UInt8;

    public override CpuOperator CreateFor(void* node) =>
        new ChannelQuantize(new(RuntimeApi.FloatAttribute(node, "scale"), RuntimeApi.IntAttribute(node, "zero_point")));

    public override void Compute(void* context)
    {
        var input = RuntimeApi.Input(context, 0);
        var shape = RuntimeApi.Shape(input, stackalloc long[MaxRank]);
        if (shape.Length != 4)
        {
            throw new InvalidOperationException($"{Name} has an input that is not [N, C, H, W].");
        }

        ReadOnlySpan<long> result = [shape[0], shape[2], shape[3], shape[1]];
        var places = shape[2] * shape[3];
        Job job = new()
        {
            Input = (float*)RuntimeApi.Data(input),
            Output = (byte*)RuntimeApi.Output(context, 0, result),
            Channels = (int)shape[1],
            Places = places,
            TilesPerImage = WordTransposition.TilesOf(places),
            Rounding = rounding,
        };
        RuntimeApi.ForEach(context, &OnTile, (int)shape[0] * job.TilesPerImage, &job);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTile(void* state, nuint index)
    {
        var job = (Job*)state;
        var (image, first, count) = WordTransposition.TileAt((int)index, job->TilesPerImage, job->Places);
        ComputeBlock(job, image * job->Channels * job->Places, first, count);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ComputeBlock(Job* job, long image, long first, int count)
    {
        // input: (C, places); words: (C / 4, places); bytes: (places, C)
        var lanes = Vector<float>.Count;
        var words = stackalloc int[WordTransposition.MaxWords * WordTransposition.MaxPlaces];
        var rounding = job->Rounding;
        var channels = job->Channels;
        var places = (nint)job->Places;
        var x = job->Input + image + first;
        var bytes = job->Output + image + (first * channels);
        var (channel, whole) = (0, count - (count % lanes));
        while (channel + sizeof(int) <= channels)
        {
            var length = Math.Min((channels - channel) / sizeof(int), WordTransposition.MaxWords);
            var from = x + (channel * places);
            for (var word = 0; word < length; word++, from += sizeof(int) * places)
            {
                for (var at = 0; at < whole; at += lanes)
                {
                    rounding.RoundToWords(
                        Vector.Load(from + at), Vector.Load(from + at + places),
                        Vector.Load(from + at + (2 * places)), Vector.Load(from + at + (3 * places)))
                        .Store(words + (word * WordTransposition.MaxPlaces) + at);
                }
            }

            WordTransposition.Run(
                (byte*)words, WordTransposition.MaxPlaces * sizeof(int), bytes + channel, channels, length, whole);
            channel += length * sizeof(int);
        }

        // What is left over of places, and of channels.
        for (var place = 0; place < count; place++)
        {
            for (var other = place < whole ? channel : 0; other < channels; other++)
            {
                bytes[(place * channels) + other] = rounding.Round(x[(other * places) + place]);
            }
        }
    }

    private struct Job
    {
        public float* Input;
        public byte* Output;
        public int Channels;
        public long Places;
        public int TilesPerImage;
        public ByteRounding Rounding;
    }
}
