using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public Tensor nanmedian() => Aten.Call("nanmedian", this);

        public Tensor polygamma(long p) => Aten.Call("polygamma", p, this);

        public Tensor polygamma_(long p) => Mutate("polygamma_", this, p);

        public Tensor mvlgamma(long p) => Aten.Call("mvlgamma", this, p);

        public Tensor mvlgamma_(long p) => Mutate("mvlgamma_", this, p);

        public Tensor ravel() => Aten.Call("ravel", this);

        public Tensor float_power(Scalar exponent) => Aten.Call("float_power.Tensor_Scalar", this, exponent);

        public Tensor prelu(Tensor target) => Aten.Call("prelu", this, target);

        public Tensor cov(long correction = 1, Tensor? fweights = null, Tensor? aweights = null) =>
            Aten.Call("cov", this, correction, fweights, aweights);

        public Tensor corrcoef() => Aten.Call("corrcoef", this);

        public Tensor diagonal_scatter(Tensor src, long offset = 0L, long dim1 = 0L, long dim2 = 1L) =>
            Aten.Call("diagonal_scatter", this, src, offset, dim1, dim2);

        public Tensor atleast_1d() => Aten.Call("atleast_1d", this);

        public Tensor atleast_2d() => Aten.Call("atleast_2d", this);

        public Tensor atleast_3d() => Aten.Call("atleast_3d", this);
    }

    public static Tensor nanmedian(Tensor input) => input.nanmedian();

    public static Tensor polygamma(Tensor input, long p) => input.polygamma(p);

    public static Tensor mvlgamma(Tensor input, long p) => input.mvlgamma(p);

    public static Tensor renorm(Tensor input, Scalar p, long dim, Scalar maxnorm) => input.renorm(p, dim, maxnorm);

    public static Tensor ravel(Tensor input) => input.ravel();

    public static Tensor float_power(Tensor input, Scalar exponent) => input.float_power(exponent);

    public static Tensor logcumsumexp(Tensor input, long dim) => input.logcumsumexp(dim);

    public static Tensor cov(Tensor input, long correction = 1, Tensor? fweights = null, Tensor? aweights = null) =>
        input.cov(correction, fweights, aweights);

    public static Tensor corrcoef(Tensor input) => input.corrcoef();

    public static Tensor select_scatter(Tensor input, Tensor src, long dim, long index) =>
        input.select_scatter(src, dim, index);

    public static Tensor slice_scatter(
        Tensor input, Tensor src, long dim = 0L, long? start = null, long? end = null, long step = 1L) =>
        input.slice_scatter(src, dim, start, end, step);

    public static Tensor diagonal_scatter(
        Tensor input, Tensor src, long offset = 0L, long dim1 = 0L, long dim2 = 1L) =>
        input.diagonal_scatter(src, offset, dim1, dim2);

    public static Tensor atleast_1d(Tensor input) => input.atleast_1d();

    public static Tensor atleast_2d(Tensor input) => input.atleast_2d();

    public static Tensor atleast_3d(Tensor input) => input.atleast_3d();

    public static Tensor trapezoid(Tensor y, Tensor x, long dim = -1) => Aten.Call("trapezoid.x", y, x, dim);

    public static Tensor trapezoid(Tensor y, double dx = 1, long dim = -1) => Aten.Call("trapezoid.dx", y, dx, dim);

    public static Tensor trapz(Tensor y, Tensor x, long dim = -1) => trapezoid(y, x, dim);

    public static Tensor trapz(Tensor y, double dx = 1, long dim = -1) => trapezoid(y, dx, dim);

    public static Tensor tril_indices(
        long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.Call("tril_indices", row, col, offset, dtype, Arg.None, InitializeDevice(device));

    public static Tensor triu_indices(
        long row, long col, long offset = 0L, ScalarType dtype = ScalarType.Int64, Device? device = null) =>
        Aten.Call("triu_indices", row, col, offset, dtype, Arg.None, InitializeDevice(device));

    public static Tensor vander(Tensor x, long N = -1, bool increasing = false) =>
        Aten.Call("vander", x, N < 0 ? Arg.None : (Arg)N, increasing);

    public static Tensor chain_matmul(params Tensor[] matrices) => Aten.Call("chain_matmul", matrices);

    public static Tensor block_diag(params Tensor[] tensors) => Aten.Call("block_diag", tensors);

    public static Tensor cartesian_prod(params Tensor[] tensors) => Aten.Call("cartesian_prod", tensors);

    public static Tensor cartesian_prod(IList<Tensor> tensors) => Aten.Call("cartesian_prod", tensors.ToArray());

    public static Tensor combinations(Tensor input, int r = 2, bool with_replacement = false) =>
        Aten.Call("combinations", input, r, with_replacement);

    public static Tensor column_stack(params Tensor[] tensors) => Aten.Call("column_stack", tensors);

    public static Tensor column_stack(IList<Tensor> tensors) => Aten.Call("column_stack", tensors.ToArray());

    public static Tensor row_stack(params Tensor[] tensors) => Aten.Call("row_stack", tensors);

    public static Tensor row_stack(IList<Tensor> tensors) => Aten.Call("row_stack", tensors.ToArray());
}
