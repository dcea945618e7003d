using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests.Kernels;

/// <summary>
/// Each operator of our own against the same in ONNX's operators, at sizes that fill vectors and tiles and at others.
/// </summary>
public sealed class KernelTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<int, int, int, int> Images => new()
    {
        { 1, 1, 1, 1 }, { 1, 32, 24, 64 }, { 2, 24, 7, 13 }, { 3, 12, 5, 8 }, { 1, 48, 33, 31 }, { 1, 128, 3, 171 },
        { 2, 7, 9, 61 }, { 1, 19, 4, 16 },
    };

    [Theory]
    [MemberData(nameof(Images))]
    public void ChannelNorm_EqualsLayerNormalization(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => (
                Norm(builder, x, channels),
                Normalized(builder, x[0], channels)),
            (shape, KernelRun.Random(Product(shape), scale: 3, offset: 1)));

        AssertNear(theirs, ours, 1e-5f);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void ChannelNorm_Rounding_EqualsQuantizeLinear(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) =>
            {
                // A range that some values leave at both ends.
                var norm = Norm(builder, x, channels);
                var quantized = Quantized(builder, norm, 0.011f, 117);
                return (
                    builder.Kernel(
                        ChannelNorm.RoundingOpType, x, new IntAttribute("channels", channels),
                        new FloatAttribute("epsilon", Epsilon), new FloatAttribute("scale", 0.011f),
                        new IntAttribute("zero_point", 117)),
                    ToChannelsLast(builder, quantized));
            },
            (shape, KernelRun.Random(Product(shape))));

        Assert.Equal(theirs, ours);
        Assert.True(shape[1] == 1 || (ours.Contains(0) && ours.Contains(255)));
    }

    // A mean far above the deviation is where sums of squares lose their digits.
    [Fact]
    public void ChannelNorm_LargeMean_KeepsItsDigits()
    {
        long[] shape = [1, 64, 16, 16];
        var values = KernelRun.Random(Product(shape), scale: 1, offset: 1000);

        var (ours, _) = KernelRun.Compare(
            (builder, x) => (
                Norm(builder, x, 64), Normalized(builder, x[0], 64)),
            (shape, values));

        for (var place = 0; place < 256; place++)
        {
            var column = Enumerable.Range(0, 64).Select(channel => (double)values[(channel * 256) + place]).ToArray();
            var mean = column.Average();
            var deviation = Math.Sqrt(column.Average(value => (value - mean) * (value - mean)) + Epsilon);
            Assert.All(
                Enumerable.Range(0, 64),
                channel => Assert.Equal((column[channel] - mean) / deviation, ours[(channel * 256) + place], 5e-4));
        }
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void GatedGelu_EqualsDequantizedGeluTimesGate(int count, int channels, int height, int width)
    {
        long[] shape = [count, height, width, channels];
        var (a, b) = (KernelRun.Random(channels, 0.03f, 0.05f), KernelRun.Random(channels, 0.02f, 0.03f));

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => Gated(builder, x, a, b, null),
            (shape, KernelRun.Random(Product(shape), 6)), (shape, KernelRun.Random(Product(shape), 4)));
        var (rounded, expected) = KernelRun.Compare(
            (builder, x) => Gated(builder, x, a, b, 0.02f),
            (shape, KernelRun.Random(Product(shape), 6)), (shape, KernelRun.Random(Product(shape), 4)));

        AssertNear(theirs, ours, 1e-5f);
        AssertNear(expected, rounded, 1);
        Assert.InRange(expected.Zip(rounded).Count(pair => pair.First != pair.Second), 0, expected.Length / 1000);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void ChannelDequantize_EqualsDequantizeLinear(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];
        foreach (var scales in new[] { KernelRun.Random(channels, 0.03f, 0.05f), [0.017f] })
        {
            var (ours, theirs) = KernelRun.Compare(
                (builder, x) =>
                {
                    var bytes = Quantized(builder, x[0], 0.01f, 90);
                    return (
                        builder.Kernel(
                            ChannelDequantize.OpType, [ToChannelsLast(builder, bytes)], Dequantizing(scales)),
                        Dequantized(builder, bytes, scales, 90, axis: 1));
                },
                (shape, KernelRun.Random(Product(shape), 2)));

            Assert.Equal(theirs, ours);
        }
    }

    // Equal to the last bit: a sum that rounds once instead of twice would differ here and there.
    [Theory]
    [MemberData(nameof(Images))]
    public void ChannelDequantize_Adding_EqualsDequantizeLinearAndAdd(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];

        var (ours, theirs) = Sums(shape, shape, KernelRun.Random(channels, 0.03f, 0.05f));

        Assert.Equal(theirs, ours);
    }

    // A graph from elsewhere may add a vector, or spread what is in 8 bits.
    [Theory]
    [InlineData(new long[] { 2, 6, 5, 7 }, new long[] { 1, 6, 1, 1 })]
    [InlineData(new long[] { 1, 6, 1, 1 }, new long[] { 2, 6, 5, 7 })]
    [InlineData(new long[] { 2, 6, 5, 7 }, new long[] { 7 })]
    [InlineData(new long[] { 2, 1, 5, 7 }, new long[] { 3, 1, 4, 1, 1 })]
    public void ChannelDequantize_AddingAnotherShape_EqualsDequantizeLinearAndAdd(long[] shape, long[] added)
    {
        var (ours, theirs) = Sums(shape, added, [0.03f]);

        Assert.Equal(theirs, ours);
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void ChannelQuantize_EqualsQuantizeLinear(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];

        // A range that some values leave at both ends.
        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => (
                builder.Kernel(
                    ChannelQuantize.OpType, x, new FloatAttribute("scale", 0.013f),
                    new IntAttribute("zero_point", 117)),
                ToChannelsLast(builder, Quantized(builder, x[0], 0.013f, 117))),
            (shape, KernelRun.Random(Product(shape), 3)));

        Assert.Equal(theirs, ours);
        Assert.True(ours.Length < 50 || (ours.Contains(0) && ours.Contains(255)));
    }

    [Theory]
    [MemberData(nameof(Images))]
    public void RowNorm_EqualsReduceL2(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height * width];

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => (
                builder.Kernel(RowNorm.OpType, x),
                builder.Add("ReduceL2", [x[0]], new IntsAttribute("axes", [-1]), new IntAttribute("keepdims", 1))),
            (shape, KernelRun.Random(Product(shape))));

        Assert.All(theirs.Zip(ours), pair => Assert.Equal(pair.First, pair.Second, pair.First * 1e-5f));
    }

    [Theory]
    [InlineData(1, 4, 1, 1)]
    [InlineData(2, 12, 3, 5)]
    [InlineData(1, 128, 9, 37)]
    [InlineData(1, 8, 4, 64)]
    public void PixelShuffle_EqualsDepthToSpace(int count, int channels, int height, int width)
    {
        long[] shape = [count, channels, height, width];
        NodeAttribute[] attributes = [new IntAttribute("blocksize", 2), new StringAttribute("mode", "CRD")];

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => (
                builder.Kernel(PixelShuffle.OpType, x), builder.Add("DepthToSpace", [x[0]], [.. attributes])),
            (shape, KernelRun.Random(Product(shape))));
        var (oursInBytes, theirsInBytes) = KernelRun.Compare(
            (builder, x) =>
            {
                var bytes = Quantized(builder, x[0], 0.01f, 100);
                return (
                    builder.Kernel(PixelShuffle.BytesOpType, [bytes]),
                    builder.Add("DepthToSpace", [bytes], [.. attributes]));
            },
            (shape, KernelRun.Random(Product(shape))));

        Assert.Equal(theirs, ours);
        Assert.Equal(theirsInBytes, oursInBytes);
    }

    // Integers would wrap around to 0 where the scale is far too small.
    [Fact]
    public void ChannelNorm_RoundingOfValuesFarOut_Saturates()
    {
        long[] shape = [1, 8, 4, 9];

        var (ours, theirs) = KernelRun.Compare(
            (builder, x) => (
                builder.Kernel(
                    ChannelNorm.RoundingOpType, x, new IntAttribute("channels", 8),
                    new FloatAttribute("epsilon", Epsilon), new FloatAttribute("scale", 1e-10f),
                    new IntAttribute("zero_point", 20)),
                ToChannelsLast(builder, Quantized(builder, Norm(builder, x, 8), 1e-10f, 20))),
            (shape, KernelRun.Random(Product(shape))));

        Assert.Equal(theirs, ours);
        Assert.All(ours, level => Assert.True(level is 0 or 255));
    }

    // What goes wrong inside comes out as ONNX Runtime's own error; the process goes on.
    [Fact]
    public void Kernel_ThatRefusesItsInput_IsAnErrorOfTheRun()
    {
        var exception = Assert.Throws<OnnxRuntimeException>(() => KernelRun.Compare(
            (builder, x) => (builder.Kernel(PixelShuffle.OpType, x), x[0]), ([1, 6, 2, 2], KernelRun.Random(24))));

        Assert.Contains(
            "PixelShuffle has an input that is not [N, 4C, H, W]", exception.Message, StringComparison.Ordinal);
    }

    private static (float[] Ours, float[] Theirs) Sums(long[] shape, long[] added, float[] scales) => KernelRun.Compare(
        (builder, x) =>
        {
            var bytes = Quantized(builder, x[0], 0.01f, 90);
            return (
                builder.Kernel(
                    ChannelDequantize.AddingOpType, [ToChannelsLast(builder, bytes), x[1]], Dequantizing(scales)),
                builder.Add("Add", [x[1], Dequantized(builder, bytes, scales, 90, axis: 1)]));
        },
        (shape, KernelRun.Random(Product(shape), 2)), (added, KernelRun.Random(Product(added), 1.7f, 0.3f)));

    private static NodeAttribute[] Dequantizing(float[] scales) =>
        [new FloatsAttribute("scale", [.. scales]), new IntAttribute("zero_point", 90)];

    private static string ToChannelsLast(GraphBuilder builder, string image) =>
        builder.Add("Transpose", [image], new IntsAttribute("perm", [0, 2, 3, 1]));

    private static (string Ours, string Theirs) Gated(
        GraphBuilder builder, string[] x, float[] a, float[] b, float? scale)
    {
        var (bytesOfA, bytesOfB) = (Quantized(builder, x[0], 0.05f, 130), Quantized(builder, x[1], 0.04f, 110));
        List<NodeAttribute> attributes =
        [
            new FloatsAttribute("a_scale", [.. a]), new FloatsAttribute("b_scale", [.. b]),
            new IntAttribute("a_zero_point", 130), new IntAttribute("b_zero_point", 110),
        ];
        builder.Graph.Nodes.Add(new()
        {
            OpType = "Gelu",
            Domain = "com.microsoft",
            Inputs = [Dequantized(builder, bytesOfA, a, 130, axis: 3)],
            Outputs = ["gelu"],
        });
        var product = builder.Add("Mul", ["gelu", Dequantized(builder, bytesOfB, b, 110, axis: 3)]);
        if (scale is not { } step)
        {
            return (builder.Kernel(GatedGelu.OpType, [bytesOfA, bytesOfB], [.. attributes]), product);
        }

        attributes.AddRange([new FloatAttribute("scale", step), new IntAttribute("zero_point", 60)]);
        return (
            builder.Kernel(GatedGelu.RoundingOpType, [bytesOfA, bytesOfB], [.. attributes]),
            Quantized(builder, product, step, 60));
    }

    // Described as an image, as the fusion does: transpositions move through values whose dimensions are known.
    private static string Norm(GraphBuilder builder, string[] x, int channels)
    {
        var norm = builder.Kernel(
            ChannelNorm.OpType, x, new IntAttribute("channels", channels), new FloatAttribute("epsilon", Epsilon));
        builder.Graph.Values.Add(new(norm, new(ElementType.Float, [default, default, default, default])));
        return norm;
    }

    private static string Normalized(GraphBuilder builder, string x, int channels)
    {
        var last = builder.Add("Transpose", [x], new IntsAttribute("perm", [0, 2, 3, 1]));
        var ones = builder.Initializer(Initializer.Of("ones", [channels], Enumerable.Repeat(1f, channels).ToArray()));
        var normalized = builder.Add(
            "LayerNormalization", [last, ones], new IntAttribute("axis", -1), new FloatAttribute("epsilon", Epsilon));
        return builder.Add("Transpose", [normalized], new IntsAttribute("perm", [0, 3, 1, 2]));
    }

    private static string Quantized(GraphBuilder builder, string x, float scale, byte zeroPoint) =>
        builder.Add("QuantizeLinear", [x, builder.Constant(scale), Bytes(builder, zeroPoint, 0)]);

    private static string Dequantized(GraphBuilder builder, string x, float[] scales, byte zeroPoint, int axis)
    {
        var scale = builder.Initializer(Initializer.Of($"{x}.scales", [scales.Length], scales));
        return builder.Add(
            "DequantizeLinear", [x, scale, Bytes(builder, zeroPoint, scales.Length)], new IntAttribute("axis", axis));
    }

    // A scalar, or as many as there are channels.
    private static string Bytes(GraphBuilder builder, byte value, int count) => builder.Initializer(new Initializer(
        $"u{value}x{count}", ElementType.UInt8, count == 0 ? [] : [count],
        Enumerable.Repeat(value, Math.Max(count, 1)).ToArray()));

    private static long Product(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    private static void AssertNear(float[] expected, float[] actual, float tolerance) =>
        Assert.InRange(expected.Zip(actual).Max(pair => Math.Abs(pair.First - pair.Second)), 0, tolerance);
}
