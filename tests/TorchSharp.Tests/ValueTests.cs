using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

/// <summary>Results against numbers worked out by hand or by definition.</summary>
public sealed class ValueTests
{
    // float32 results of a handful of operations on numbers near one.
    private const double Tolerance = 1e-5;

    [Fact]
    public void Arithmetic_WithBroadcast_GivesEachPair()
    {
        using var column = tensor(new float[,] { { 1 }, { 2 } });
        using var row = tensor(new[] { 10f, 20f, 30f });
        Equal([11, 21, 31, 12, 22, 32], column + row);
        Equal([-9, -19, -29, -8, -18, -28], column - row);
        Equal([10, 20, 30, 20, 40, 60], column * row);
        Equal([10, 20, 30, 5, 10, 15], row / column);
        Equal([5, 4], 6 - column);
        Equal([6, 3], 6 / column);
        Equal([1, 0], column % 2);
        Equal([-1, -2], -column);
        Equal([1, 4], column.pow(2));
        Equal([0.5, 1.5], column.add(-0.5));
        Equal([21, 42], column.add(column, alpha: 20));
    }

    [Fact]
    public void Comparison_AndLogic_GiveTruthValues()
    {
        using var values = tensor(new[] { 1, 2, 3 });
        Assert.Equal([true, false, false], (values < 2).data<bool>().ToArray());
        Assert.Equal([true, true, false], (values <= 2).data<bool>().ToArray());
        Assert.Equal([false, true, false], (values == 2).data<bool>().ToArray());
        Assert.Equal([true, false, true], (values != 2).data<bool>().ToArray());
        Assert.Equal([true, false, true], ((values < 2) | (values > 2)).data<bool>().ToArray());
        Assert.Equal([false, true, true], (~(values < 2)).data<bool>().ToArray());
        Assert.True((values > 0).all().item<bool>());
        Assert.False((values > 3).any().item<bool>());
        Assert.True(values.Equals(tensor(new[] { 1, 2, 3 })));
        Assert.False(values.allclose(tensor(new[] { 1, 2, 4 })));
    }

    [Fact]
    public void Reductions_OverDimensions_GiveTheirDefinitions()
    {
        using var matrix = tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 9 } });
        Equal([24], matrix.sum());
        Equal([5, 7, 12], matrix.sum(0));
        Equal([6, 18], matrix.sum(1, keepdim: true));
        Equal([4], matrix.mean());
        Equal([2, 6], matrix.mean([1]));
        Equal([9], matrix.max());
        Equal([9], matrix.amax([0, 1]));
        Equal([1, 4], matrix.amin([1]));
        var (values, indexes) = matrix.max(1);
        Equal([3, 9], values);
        Assert.Equal([2L, 2L], indexes.data<long>().ToArray());
        Equal([Math.Sqrt(8)], matrix.std());
        Equal([1, 2.6458], matrix.std(1), 1e-3);
        Equal([1, 7], matrix.var(1));
        Equal([0.6667, 4.6667], matrix.var(1, unbiased: false), 1e-3);
        Equal([Math.Sqrt(136)], matrix.norm());
        Equal([1080], matrix.prod());
        Equal([4, 10, 27], matrix.prod(0));
        Equal([1, 3, 6, 4, 9, 18], matrix.cumsum(1));
        Assert.Equal(5, matrix.argmax().item<long>());
        var (top, at) = matrix.topk(2, 1);
        Equal([3, 2, 9, 5], top);
        Assert.Equal([2L, 1, 2, 1], at.data<long>().ToArray());
        var (sorted, order) = matrix.sort(descending: true);
        Equal([3, 2, 1, 9, 5, 4], sorted);
        Assert.Equal([2L, 1, 0, 2, 1, 0], order.data<long>().ToArray());
    }

    [Fact]
    public void Products_OfMatrices_GiveTheirDefinitions()
    {
        using var left = tensor(new float[,] { { 1, 2 }, { 3, 4 } });
        using var right = tensor(new float[,] { { 5, 6 }, { 7, 8 } });
        Equal([19, 22, 43, 50], left.matmul(right));
        Equal([19, 22, 43, 50], einsum("ij,jk->ik", left, right));
        Equal([19, 22, 43, 50], left.unsqueeze(0).bmm(right.unsqueeze(0)));
        Equal([-2], left.det());
        Equal([5, 11, 11, 25], left.mm(left.t()));
    }

    [Fact]
    public void Convolution_OfKnownKernel_GivesItsSums()
    {
        using var input = arange(9, dtype: float32).reshape(1, 1, 3, 3);
        using var kernel = ones(1, 1, 2, 2);
        Equal([8, 12, 20, 24], F.conv2d(input, kernel));
        Equal([0, 3, 9, 24], F.conv2d(input, kernel, strides: [2, 2], padding: [1, 1]), shape: [1, 1, 2, 2]);
        Equal([9, 13, 21, 25], F.conv2d(input, kernel, tensor(new[] { 1f })));
        Equal([1, 1, 1, 1], F.conv_transpose2d(ones(1, 1, 1, 1), kernel));
    }

    [Fact]
    public void Activations_OnKnownPoints_GiveTheirFormulas()
    {
        using var x = tensor(new[] { -1f, 0f, 2f });
        Equal([0, 0, 2], F.relu(x));
        Equal([1 / (1 + Math.E), 0.5, 1 / (1 + Math.Exp(-2))], x.sigmoid());
        Equal([-0.158655, 0, 1.9545], F.gelu(x), 1e-4);
        Equal([-1 / (1 + Math.E), 0, 2 / (1 + Math.Exp(-2))], F.silu(x));
        Equal([-0.01, 0, 2], F.leaky_relu(x, 0.01));
        var total = Math.Exp(-1) + 1 + Math.Exp(2);
        Equal([Math.Exp(-1) / total, 1 / total, Math.Exp(2) / total], F.softmax(x, 0));
        Equal([-1 - Math.Log(total), -Math.Log(total), 2 - Math.Log(total)], F.log_softmax(x, 0));
    }

    [Fact]
    public void Normalisation_OverChannels_HasZeroMeanAndUnitVariance()
    {
        using var x = tensor(new float[,] { { 1, 2, 3, 4 }, { 2, 4, 6, 8 } });
        var expected = new[] { -1.34164, -0.44721, 0.44721, 1.34164 };
        Equal([.. expected, .. expected], F.layer_norm(x, [4]), 1e-4);
        Equal([.. expected, .. expected], F.group_norm(x.unsqueeze(2), 1), 1e-4);
        Equal([0.6, 0.8], F.normalize(tensor(new float[,] { { 3, 4 } })));
    }

    [Fact]
    public void PixelShuffle_AfterUnshuffle_IsTheInput()
    {
        using var image = arange(16, dtype: float32).reshape(1, 1, 4, 4);
        using var folded = F.pixel_unshuffle(image, 2);
        Assert.Equal([1L, 4, 2, 2], folded.shape);
        Equal([0, 2, 8, 10], folded[0, 0]);
        Assert.True(F.pixel_shuffle(folded, 2).Equals(image));
    }

    [Fact]
    public void Pad_EachMode_FillsTheBorder()
    {
        using var row = tensor(new[] { 1f, 2f, 3f }).reshape(1, 1, 3);
        Equal([0, 1, 2, 3, 0, 0], F.pad(row, [1, 2]));
        Equal([7, 1, 2, 3, 7, 7], F.pad(row, [1, 2], PaddingModes.Constant, 7));
        Equal([2, 1, 2, 3, 2, 1], F.pad(row, [1, 2], PaddingModes.Reflect));
        Equal([1, 1, 2, 3, 3, 3], F.pad(row, [1, 2], PaddingModes.Replicate));
        Equal([3, 1, 2, 3, 1, 2], F.pad(row, [1, 2], PaddingModes.Circular));
        using var image = arange(9, dtype: float32).reshape(1, 1, 3, 3);
        Equal([4, 3, 4, 5, 4, 1, 0, 1, 2, 1, 4, 3, 4, 5, 4, 7, 6, 7, 8, 7, 4, 3, 4, 5, 4],
            F.pad(image, (1, 1, 1, 1), PaddingModes.Reflect));
    }

    [Fact]
    public void Fft_OfAnImage_KeepsItsEnergyAndComesBack()
    {
        manual_seed(1);
        using var image = rand(2, 3, 8, 6);
        using var spectrum = fft.rfft2(image);
        Assert.Equal(complex64, spectrum.dtype);
        Assert.Equal([2L, 3, 8, 4], spectrum.shape);
        Assert.True(fft.irfft2(spectrum, s: [8, 6]).allclose(image, atol: 1e-5));
        using var full = fft.fft2(image);
        using var parts = view_as_real(full);
        Assert.Equal([2L, 3, 8, 6, 2], parts.shape);
        Assert.True(parts.select(-1, 0).Equals(full.real));
        Assert.True(parts.select(-1, 1).Equals(full.imag));
        Assert.Equal(image.sum().item<float>(), full.real.select(2, 0).select(2, 0).sum().item<float>(), 1e-2);
        Assert.True(full.abs().allclose((full.real.square() + full.imag.square()).sqrt(), atol: 1e-4));
    }

    [Fact]
    public void Interpolate_EachMode_GivesKnownRows()
    {
        using var row = tensor(new[] { 0f, 4f }).reshape(1, 1, 2);
        Equal([0, 0, 4, 4], F.interpolate(row, scale_factor: [2]));
        Equal([0, 1, 3, 4], F.interpolate(row, size: [4], mode: InterpolationMode.Linear));
        Equal([0, 4 / 3.0, 8 / 3.0, 4], F.interpolate(row, [4], mode: InterpolationMode.Linear, align_corners: true));
        using var image = arange(16, dtype: float32).reshape(1, 1, 4, 4);
        Equal([2.5, 4.5, 10.5, 12.5], F.interpolate(image, scale_factor: [0.5, 0.5], mode: InterpolationMode.Area));
        Equal([2.5, 4.5, 10.5, 12.5], F.avg_pool2d(image, 2));
        Equal([5, 7, 13, 15], F.max_pool2d(image, 2));
        Equal([7.5], F.adaptive_avg_pool2d(image, 1));
    }

    [Fact]
    public void Losses_OnKnownPairs_GiveTheirFormulas()
    {
        using var x = tensor(new[] { 1f, 2f, 4f });
        using var y = tensor(new[] { 1f, 0f, 5f });
        Equal([1], F.l1_loss(x, y));
        Equal([5.0 / 3], F.mse_loss(x, y));
        Equal([5], F.mse_loss(x, y, nn.Reduction.Sum));
        Equal([0, 1.5, 0.5], F.smooth_l1_loss(x, y, nn.Reduction.None));
        using var logits = tensor(new float[,] { { 0, 0 }, { 2, 0 } });
        using var target = tensor(new[] { 0L, 1L });
        var second = Math.Log(Math.Exp(2) + 1);
        Equal([(Math.Log(2) + second) / 2], F.cross_entropy(logits, target));
        Equal([(Math.Log(2) + second) / 2], nn.CrossEntropyLoss().call(logits, target));
        Equal([Math.Log(2)], F.binary_cross_entropy_with_logits(zeros(3), ones(3)));
        Equal([(Math.Log(2) + second) / 2], nn.NLLLoss().call(F.log_softmax(logits, 1), target));
    }

    internal static void Equal(double[] expected, Tensor actual, double tolerance = Tolerance, long[]? shape = null)
    {
        if (shape is not null)
        {
            Assert.Equal(shape, actual.shape);
        }

        var found = actual.to(float64).data<double>().ToArray();
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= tolerance,
                $"Element {i}: expected {expected[i]}, found {found[i]} in [{string.Join(", ", found)}].");
        }
    }
}
