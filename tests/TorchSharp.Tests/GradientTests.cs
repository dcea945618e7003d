using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

/// <summary>Gradients against central differences, in float64.</summary>
public sealed class GradientTests
{
    // Central differences with step 1e-6 in float64 are good to about 1e-9 relative; functions here are of order one.
    private const double Step = 1e-6;
    private const double Tolerance = 1e-6;

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["add"] = x => x + x * 2 - 3,
        ["mul"] = x => x * x * 0.5,
        ["div"] = x => 1 / (x + 3),
        ["pow"] = x => (x + 3).pow(1.7),
        ["abs"] = x => x.abs(),
        ["sqrt"] = x => (x + 3).sqrt(),
        ["exp_log"] = x => (x.exp() + 1).log(),
        ["clamp"] = x => x.clamp(-0.51, 0.73),
        ["relu"] = x => F.relu(x),
        ["gelu"] = x => F.gelu(x),
        ["silu"] = x => F.silu(x),
        ["sigmoid"] = x => x.sigmoid(),
        ["tanh"] = x => x.tanh(),
        ["softmax"] = x => F.softmax(x, -1),
        ["matmul"] = x => x.matmul(x.transpose(-2, -1)),
        ["bmm"] = x => x.flatten(0, 1).bmm(x.flatten(0, 1).transpose(1, 2)),
        ["linear"] = x => F.linear(x, Weight(5, 4), Weight(5)),
        ["conv2d"] = x => F.conv2d(x, Weight(3, 2, 3, 3), Weight(3), padding: [1, 1]),
        ["conv2d_of_weight"] = x => F.conv2d(Weight(1, 2, 7, 7), x),
        ["conv2d_depthwise"] = x => F.conv2d(x, Weight(2, 1, 3, 3), padding: [1, 1], groups: 2),
        ["conv2d_strided"] = x => F.conv2d(x, Weight(3, 2, 2, 2), strides: [2, 2]),
        ["conv2d_channels_last"] = x =>
            F.conv2d(x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2), Weight(3, 2, 3, 3), padding: [1, 1]),
        ["conv_transpose2d"] = x => F.conv_transpose2d(x, Weight(2, 3, 2, 2), strides: [2, 2]),
        ["layer_norm"] = x => F.layer_norm(x, [4], Weight(4), Weight(4)),
        ["layer_norm_permuted"] = x => F.layer_norm(x.permute(0, 2, 3, 1), [2], Weight(2)).permute(0, 3, 1, 2),
        ["group_norm"] = x => F.group_norm(x, 1, Weight(2), Weight(2)),
        ["normalize"] = x => F.normalize(x, dim: 1),
        ["cosine_similarity"] = x => F.cosine_similarity(x, Weight(3, 2, 4, 4), 1),
        ["pixel_unshuffle"] = x => F.pixel_unshuffle(x, 2) * Weight(3, 8, 2, 2),
        ["pixel_shuffle"] = x => F.pixel_shuffle(x.reshape(3, 8, 2, 2), 2) * Weight(3, 2, 4, 4),
        ["pad_reflect"] = x => F.pad(x, [1, 2, 1, 0], PaddingModes.Reflect).square(),
        ["cat"] = x => cat([x, x * 2], 1).square(),
        ["stack"] = x => stack([x, x * 3]).square(),
        ["chunk"] = x => x.chunk(2, 1)[0] * x.chunk(2, 1)[1],
        ["split"] = x => x.split([1, 3], 3)[1].square(),
        ["narrow"] = x => x.narrow(2, 1, 2).square(),
        ["index"] = x => x[TensorIndex.Ellipsis, TensorIndex.Slice(1, 3), 0].square(),
        ["index_tensor"] = x => x[tensor(new[] { 2L, 0, 2 })].square(),
        ["index_select"] = x => x.index_select(1, tensor(new[] { 1L, 1 })).square(),
        ["gather"] = x => x.gather(3, zeros([3, 2, 4, 2], int64)).square(),
        ["scatter_add"] = x => zeros_like(x).scatter_add(3, ones([3, 2, 4, 4], int64), x).square(),
        ["masked_fill"] = x => x.masked_fill(Weight(3, 2, 4, 4) > 0, 0.3).square(),
        ["where"] = x => where(Weight(3, 2, 4, 4) > 0, x * 2, x.square()),
        ["permute_contiguous"] = x => x.permute(3, 1, 0, 2).contiguous().square(),
        ["expand"] = x => (x.mean([0], keepdim: true).expand(3, -1, -1, -1) * x),
        ["mean_dims"] = x => (x.mean([2, 3], keepdim: true) * x),
        ["std"] = x => x.std([2, 3]),
        ["amax"] = x => x.amax([2, 3]),
        ["topk"] = x => x.topk(2).values.square(),
        ["sort"] = x => x.sort().Values * Weight(3, 2, 4, 4),
        ["cumsum"] = x => x.cumsum(2).square(),
        ["fft2"] = x => view_as_real(fft.fft2(x)).square(),
        ["rfft2_abs"] = x => fft.rfft2(x + Weight(3, 2, 4, 4)).abs(),
        ["interpolate_bilinear"] = x => F.interpolate(x, [7, 5], mode: InterpolationMode.Bilinear).square(),
        ["avg_pool2d"] = x => F.avg_pool2d(x, 2).square(),
        ["max_pool2d"] = x => F.max_pool2d(x, 2).square(),
        ["batch_norm"] = x => F.batch_norm(x, null, null, Weight(2), Weight(2), training: true),
        ["l1_loss"] = x => F.l1_loss(x, Weight(3, 2, 4, 4)),
        ["cross_entropy"] = x => F.cross_entropy(x.flatten(1), tensor(new[] { 1L, 30, 5 })),
        ["attention"] = x => F.scaled_dot_product_attention(x, x * 0.5, x.square()),
        ["in_place"] = x => x.clone().mul_(2).add_(x).sigmoid_(),
        ["einsum"] = x => einsum("nchw,ndhw->ncd", x, x),
        ["conv3d"] = x => F.conv3d(x.unsqueeze(1), Weight(2, 1, 2, 2, 2)),
        ["conv_transpose3d"] = x => F.conv_transpose3d(x.unsqueeze(1), Weight(1, 2, 2, 2, 2)),
        ["avg_pool3d"] = x => F.avg_pool3d(x.unsqueeze(1), [1, 2, 2]).square(),
        ["max_pool3d"] = x => F.max_pool3d(x.unsqueeze(1), [2, 2, 2]).square(),
        ["adaptive_avg_pool3d"] = x => F.adaptive_avg_pool3d(x, [1, 2, 2]).square(),
        ["lp_pool2d"] = x => F.lp_pool2d(x.square() + 0.1, 3, [2, 2]),
        ["max_unpool2d"] = x =>
        {
            var (values, indices) = F.max_pool2d_with_indices(x, [2, 2]);
            return nn.MaxUnpool2d(2).call(values, indices, [4, 4]) * Weight(3, 2, 4, 4);
        },
        ["fold_of_unfold"] = x => F.fold(F.unfold(x, (2, 3)), (4, 4), (2, 3)).square(),
        ["local_response_norm"] = x => F.local_response_norm(x, 2, 0.5, 0.75, 1),
        ["gaussian_nll"] = x => F.gaussian_nll_loss(x, Weight(3, 2, 4, 4), Weight(3, 2, 4, 4).square() + 0.5),
        ["triplet_with_distance"] = x => F.triplet_margin_with_distance_loss(
            x.flatten(1), Weight(3, 32), Weight(3, 32), margin: 3),
        ["multilabel_soft_margin"] = x => F.multilabel_soft_margin_loss(
            x.flatten(1), (Weight(3, 32) > 0).to(float64)),
        ["multi_margin"] = x => F.multi_margin_loss(x.flatten(1), tensor(new[] { 1L, 30, 5 })),
        ["ctc"] = x => F.ctc_loss(
            x.reshape(12, 2, 4).log_softmax(2), tensor(new long[,] { { 1, 2, 3 }, { 3, 3, 1 } }),
            tensor(new[] { 12L, 12 }), tensor(new[] { 3L, 3 })),
        ["lstm"] = x => Double(nn.LSTM(4, 3, 2, bidirectional: true)).call(x.flatten(1, 2)).Item1,
        ["gru"] = x => Double(nn.GRU(4, 3)).call(x.flatten(1, 2)).Item1,
        ["rnn"] = x => Double(nn.RNN(4, 3, batchFirst: true)).call(x.flatten(1, 2)).Item1,
        ["lstm_cell"] = x => Double(nn.LSTMCell(4, 3)).call(x.reshape(24, 4)).Item2,
        ["transformer"] = x => Double(nn.Transformer(4, 2, 1, 1, 8, 0)).call(x[0], x[1]),
        ["linalg_solve"] = x => linalg.solve(x[0, 0] + (eye(4, dtype: float64) * 4), x[1, 0]),
        ["linalg_slogdet"] = x => linalg.slogdet(x[0, 0] + (eye(4, dtype: float64) * 4)).Item2,
        ["linalg_qr"] = x => linalg.qr(x[0, 0] + (eye(4, dtype: float64) * 4)).R,
        ["stft"] = x => stft(x.reshape(1, 96), 16, 4, window: hann_window(16, dtype: float64), return_complex: true)
            .abs().square(),
    };

    // The same weights in every call: what is differentiated is the input.
    private static T Double<T>(T module)
        where T : nn.Module
    {
        module.to(float64);
        using var off = no_grad();
        foreach (var (parameter, i) in module.parameters().Select((parameter, i) => (parameter, i)))
        {
            parameter.copy_(arange(parameter.numel(), dtype: float64).add(i).sin().mul(0.6).view_as(parameter));
        }

        return module;
    }

    public static TheoryData<string> Names => [.. Functions.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Backward_OfOperator_AgreesWithFiniteDifferences(string name)
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var function = Functions[name];
        var x = randn([3, 2, 4, 4], float64);
        var shape = function(x).shape;
        var weights = randn(shape, float64);
        x.requires_grad = true;
        (function(x) * weights).sum().backward();
        var gradient = x.grad!.flatten();
        using var off = no_grad();
        var flat = x.detach().view(-1);
        for (var i = 0; i < flat.numel(); i += 7)
        {
            var original = flat[i].item<double>();
            flat[i] = tensor(original + Step);
            var above = (function(x) * weights).sum().item<double>();
            flat[i] = tensor(original - Step);
            var below = (function(x) * weights).sum().item<double>();
            flat[i] = tensor(original);
            var expected = (above - below) / (2 * Step);
            var found = gradient[i].item<double>();
            Assert.True(
                Math.Abs(expected - found) <= Tolerance * Math.Max(1, Math.Abs(expected)),
                $"{name}, element {i}: differences give {expected}, backward gives {found}.");
        }
    }

    [Fact]
    public void Backward_Twice_Accumulates()
    {
        using var x = tensor(new[] { 2f }, requires_grad: true);
        (x * x).sum().backward();
        (x * x).sum().backward();
        Assert.Equal(8f, x.grad!.item<float>());
        x.grad = null;
        Assert.Null(x.grad);
    }

    [Fact]
    public void Grad_WithCreateGraph_CanBeDifferentiatedAgain()
    {
        using var x = tensor(new[] { 3.0 }, requires_grad: true);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        var second = autograd.grad([first.sum()], [x])[0];
        Assert.Equal(27, first.item<double>(), 1e-9);
        Assert.Equal(18, second.item<double>(), 1e-9);
    }

    [Fact]
    public void NoGrad_InsideItsScope_RecordsNothing()
    {
        using var x = ones([1], requires_grad: true);
        Assert.True((x * 2).requires_grad);
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
            {
                Assert.True((x * 2).requires_grad);
            }
        }

        Assert.True(is_grad_enabled());
        Assert.False((x * 2).detach().requires_grad);
        using (inference_mode())
        {
            Assert.False((x * 2).requires_grad);
        }
    }

    private static Tensor Weight(params long[] shape)
    {
        var count = shape.Aggregate(1L, (left, right) => left * right);
        return arange(count, dtype: float64).mul(1.7).sin().reshape(shape);
    }
}
