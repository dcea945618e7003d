using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

/// <summary>One line per function: what it gives for numbers that can be worked out by hand.</summary>
public sealed class FunctionValueTests
{
    private static readonly Dictionary<string, (Func<Tensor> Found, double[] Expected)> Cases = new()
    {
        ["tensor_under_a_shape"] = (() => tensor(new[] { 1f, 2, 3, 4, 5, 6 }, 2, 3)[1], [4, 5, 6]),
        ["tensor_from_number"] = (() => (Tensor)2.5f, [2.5]),
        ["new_full"] = (() => Row.new_full(1, 2, 7), [7, 7]),
        ["new_zeros"] = (() => Row.new_zeros(2), [0, 0]),
        ["shift_left"] = (() => bitwise_left_shift(tensor(new[] { 1, 3 }), tensor(new[] { 2, 1 })), [4, 6]),
        ["shift_right"] = (() => bitwise_right_shift(tensor(new[] { 8, 3 }), tensor(new[] { 2, 1 })), [2, 1]),
        ["index_null"] = (() => Square[TensorIndex.Null, 1], [3, 4]),
        ["index_put_accumulate"] = (
            () => zeros(2).index_put_(ones(3), [tensor(new[] { 0L, 0, 1 })], true), [2, 1]),
        ["nanmedian"] = (() => tensor(new[] { 3, float.NaN, 1, 2 }).nanmedian(), [2]),
        ["trapezoid"] = (() => trapezoid(Row, 2), [8]),
        ["trapezoid_at"] = (() => trapz(Row, tensor(new[] { 0f, 1, 4 })), [9]),
        ["polygamma"] = (() => ones(1, float64).polygamma(1), [Math.PI * Math.PI / 6]),
        ["mvlgamma"] = (() => full(1, 2, float64).mvlgamma(1), [0]),
        ["renorm"] = (() => renorm(tensor(new float[,] { { 3, 4 }, { 0, 1 } }), 2, 0, 1), [0.6, 0.8, 0, 1]),
        ["cov"] = (() => cov(tensor(new float[,] { { 1, 2, 3 }, { 2, 4, 6 } })), [1, 2, 2, 4]),
        ["corrcoef"] = (() => corrcoef(tensor(new float[,] { { 1, 2, 3 }, { 6, 4, 2 } })), [1, -1, -1, 1]),
        ["tril_indices"] = (() => tril_indices(2, 2), [0, 1, 1, 0, 0, 1]),
        ["triu_indices"] = (() => triu_indices(3, 3, 1), [0, 0, 1, 1, 2, 2]),
        ["vander"] = (() => vander(tensor(new[] { 2f, 3 })), [2, 1, 3, 1]),
        ["block_diag"] = (() => block_diag(ones(1, 1), full(1, 2, 2)), [1, 0, 0, 0, 2, 2]),
        ["cartesian_prod"] = (() => cartesian_prod(tensor(new[] { 1, 2 }), tensor(new[] { 3 })), [1, 3, 2, 3]),
        ["combinations"] = (() => combinations(Row), [1, 2, 1, 3, 2, 3]),
        ["column_stack"] = (() => column_stack(Row, Row * 2), [1, 2, 2, 4, 3, 6]),
        ["row_stack"] = (() => row_stack(Row, Row), [1, 2, 3, 1, 2, 3]),
        ["chain_matmul"] = (() => chain_matmul(Square, Square, ones(2, 1)), [17, 37]),
        ["select_scatter"] = (() => select_scatter(Square, zeros(2), 0, 1), [1, 2, 0, 0]),
        ["slice_scatter"] = (() => slice_scatter(Row, zeros(1), 0, 1, 2), [1, 0, 3]),
        ["diagonal_scatter"] = (() => diagonal_scatter(Square, zeros(2)), [0, 2, 3, 0]),
        ["logcumsumexp"] = (() => logcumsumexp(zeros(3, float64), 0), [0, Math.Log(2), Math.Log(3)]),
        ["float_power"] = (() => float_power(Row, 2), [1, 4, 9]),
        ["slogdet"] = (() => linalg.slogdet(Square.to(float64)).Item2, [Math.Log(2)]),
        ["matrix_rank"] = (() => linalg.matrix_rank(ones(3, 3)), [1]),
        ["matrix_power"] = (() => matrix_power(Square, 2), [7, 10, 15, 22]),
        ["cond"] = (() => linalg.cond(tensor(new double[,] { { 4, 0 }, { 0, 2 } })), [2]),
        ["eigvalsh"] = (() => linalg.eigvalsh(tensor(new double[,] { { 2, 1 }, { 1, 2 } })), [1, 3]),
        ["lu"] = (() =>
        {
            var (p, l, u) = linalg.lu(Square);
            return p.matmul(l).matmul(u);
        }, [1, 2, 3, 4]),
        ["qr"] = (() =>
        {
            var (q, r) = linalg.qr(Square);
            return q.matmul(r);
        }, [1, 2, 3, 4]),
        ["lstsq"] = (() => linalg.lstsq(
            tensor(new double[,] { { 1, 0 }, { 0, 1 }, { 0, 0 } }),
            tensor(new double[,] { { 3 }, { 4 }, { 9 } })).Solution, [3, 4]),
        ["solve_triangular"] = (() => linalg.solve_triangular(
            tensor(new double[,] { { 2, 0 }, { 1, 1 } }), tensor(new double[,] { { 4 }, { 5 } }), false), [2, 3]),
        ["cholesky_solve"] = (() => cholesky_solve(ones(1, 1), full(1, 1, 2.0)), [0.25]),
        ["svd"] = (() =>
        {
            var (u, s, v) = linalg.svd(Square);
            return u.matmul(diag(s)).matmul(v);
        }, [1, 2, 3, 4]),
        ["vecdot"] = (() => linalg.vecdot(Square, Square), [5, 25]),
        ["hann_window"] = (() => hann_window(4), [0, 0.5, 1, 0.5]),
        ["hamming_window"] = (() => hamming_window(3, periodic: false), [0.08, 1, 0.08]),
        ["bartlett_window"] = (() => bartlett_window(4), [0, 0.5, 1, 0.5]),
        ["rfftfreq"] = (() => fft.rfftfreq(4), [0, 0.25, 0.5]),
        ["istft_of_stft"] = (() => istft(
            stft(Wave, 8, 2, window: hann_window(8), return_complex: true), 8, 2, window: hann_window(8))[..3],
            [0, Math.Sin(1), Math.Sin(2)]),
        ["special_entr"] = (() => special.entr(ones(1)), [0]),
        ["special_i0"] = (() => special.i0(zeros(1)), [1]),
        ["special_ndtr"] = (() => special.ndtr(zeros(1)), [0.5]),
        ["special_zeta"] = (() => special.zeta(full(1, 2, float64), ones(1, float64)), [Math.PI * Math.PI / 6]),
        ["max_pool3d"] = (() => F.max_pool3d(arange(8f).view(1, 1, 2, 2, 2), [2, 2, 2]), [7]),
        ["avg_pool3d"] = (() => F.avg_pool3d(arange(8f).view(1, 1, 2, 2, 2), [2, 2, 2]), [3.5]),
        ["adaptive_max_pool1d"] = (() => F.adaptive_max_pool1d(arange(4f).view(1, 1, 4), 2), [1, 3]),
        ["lp_pool1d"] = (() => F.lp_pool1d(tensor(new[] { 3f, 4, 6, 8 }).view(1, 1, 4), 2, 2), [5, 10]),
        ["max_unpool1d"] = (() =>
        {
            var (values, indices) = F.max_pool1d_with_indices(tensor(new[] { 1f, 2, 4, 3 }).view(1, 1, 4), 2);
            return nn.MaxUnpool1d(2).call(values, indices);
        }, [0, 2, 4, 0]),
        ["fold"] = (() => F.fold(F.unfold(ones(1, 1, 3, 3), 2), 3, 2), [1, 2, 1, 2, 4, 2, 1, 2, 1]),
        ["pad_3d"] = (() => nn.ConstantPad3d((1, 0, 0, 0, 0, 0), 5).call(ones(1, 1, 1, 1)), [5, 1]),
        ["bilinear"] = (() =>
        {
            var module = nn.Bilinear(2, 2, 1, hasBias: false);
            nn.init.ones_(module.weight);
            return module.call(tensor(new float[,] { { 1, 2 } }), tensor(new float[,] { { 3, 4 } }));
        }, [21]),
        ["pairwise_distance"] = (() => nn.PairwiseDistance(eps: 0).call(zeros(1, 2), tensor(new float[,] { { 3, 4 } })),
            [5]),
        ["rrelu_evaluated"] = (() => F.rrelu(tensor(new[] { -1f, 2 }), 0.2, 0.4), [-0.3, 2]),
        ["gaussian_nll_full"] = (() => F.gaussian_nll_loss(zeros(1), ones(1), full(1, 2.0), full: true),
            [0.5 * (Math.Log(2) + 0.5 + Math.Log(2 * Math.PI))]),
        ["multi_margin"] = (() => F.multi_margin_loss(tensor(new float[,] { { 0.1f, 0.2f } }), tensor(new[] { 1L })),
            [0.45]),
        ["multilabel_margin"] = (() => F.multi_label_margin_loss(
            tensor(new float[,] { { 0.1f, 0.2f, 0.4f, 0.8f } }), tensor(new long[,] { { 3, 0, -1, 1 } })), [0.85]),
        ["ctc_one_path"] = (() => F.ctc_loss(
            full([1, 1, 2], Math.Log(0.5)), tensor(new long[,] { { 1 } }), tensor(new[] { 1L }), tensor(new[] { 1L })),
            [Math.Log(2)]),
        ["dirac_"] = (() => F.conv1d(arange(3f).view(1, 1, 3), nn.init.dirac_(empty(1, 1, 3)), padding: 1), [0, 1, 2]),
        ["sparse_"] = (() => (nn.init.sparse_(empty(4, 3), 0.5) == 0).sum(0), [2, 2, 2]),
        ["sequential_range"] = (() => nn.Sequential(nn.ReLU(), nn.Tanh(), nn.ReLU())[1..].call(tensor(new[] { -1f })),
            [0]),
        ["randint_of_pair"] = (() => randint(3, 4, (2, 1)), [3, 3]),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static Tensor Row => tensor(new[] { 1f, 2, 3 });

    private static Tensor Square => tensor(new float[,] { { 1, 2 }, { 3, 4 } });

    private static Tensor Wave => arange(32f).sin();

    [Theory]
    [MemberData(nameof(Names))]
    public void Function_OfSmallNumbers_GivesWhatItsDefinitionSays(string name)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var (found, expected) = Cases[name];
        ValueTests.Equal(expected, found().flatten());
    }

    [Fact]
    public void TypeLimitsAndPromotion_AreLibtorchs()
    {
        Assert.Equal(1.1920928955078125e-07, finfo(float32).eps);
        Assert.Equal(65504, finfo(float16).max);
        Assert.Equal(float.MinValue, finfo().min);
        Assert.Throws<ArgumentException>(() => finfo(int32));
        Assert.Equal(float32, promote_types(int64, float32));
        Assert.Equal(float64, result_type(ones(1), ones(1, float64)));
        Assert.True(can_cast(int32, float32));
        Assert.False(can_cast(float32, int32));
    }
}
