using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor ormqr(Tensor input, Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
        input.ormqr(tau, other, left, transpose);

    public static Tensor addbmm_(Tensor input, Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
        input.addbmm_(batch1, batch2, beta, alpha);

    public static Tensor addmm_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) =>
        input.addmm_(mat1, mat2, beta, alpha);

    public static Tensor addmv_(Tensor input, Tensor mat1, Tensor mat2, float beta, float alpha) =>
        input.addmv_(mat1, mat2, beta, alpha);

    public static Tensor addr_(Tensor input, Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) =>
        input.addr_(vec1, vec2, beta, alpha);

    public static Tensor cumulative_trapezoid(Tensor y, Tensor x, long dim = -1) =>
        Aten.Call("cumulative_trapezoid.x", y, x, dim);

    public static Tensor cumulative_trapezoid(Tensor y, double dx = 1, long dim = -1) =>
        Aten.Call("cumulative_trapezoid.dx", y, dx, dim);

    public static Tensor tensordot(Tensor a, Tensor b, long dims = 2) =>
        tensordot(a, b, LastDimensions(a, dims), FirstDimensions(dims));

    public static Tensor tensordot(Tensor a, Tensor b, (long, long)[] dims) =>
        tensordot(a, b, [.. dims.Select(pair => pair.Item1)], [.. dims.Select(pair => pair.Item2)]);

    public static Tensor gcd_(Tensor left, Tensor right) => left.gcd_(right);

    public static Tensor lcm_(Tensor input, Tensor other) => input.lcm_(other);

    public static Tensor arctan(Tensor input, Tensor other) => input.arctan(other);

    public static Tensor arctan_(Tensor input, Tensor other) => input.arctan_(other);

    public static Tensor arctan2_(Tensor input, Tensor other) => input.arctan2_(other);

    public static Tensor copysign_(Tensor input, Tensor other) => input.copysign_(other);

    public static Tensor float_power_(Tensor input, Tensor target) => input.float_power_(target);

    public static Tensor ldexp_(Tensor input, Tensor other) => input.ldexp_(other);

    public static Tensor nextafter_(Tensor input, Tensor other) => input.nextafter_(other);

    public static Tensor bitwise_left_shift_(Tensor left, Tensor right) => left.bitwise_left_shift_(right);

    public static Tensor bitwise_right_shift_(Tensor left, Tensor right) => left.bitwise_right_shift_(right);

    public static Tensor subtract(Tensor left, Tensor right) => left.subtract(right);

    public static Tensor subtract(Tensor left, Scalar right) => left.subtract(right);

    public static Tensor subtract_(Tensor left, Tensor right) => left.subtract_(right);

    public static Tensor subtract_(Tensor left, Scalar right) => left.subtract_(right);

    public static Tensor mvlgamma_(Tensor input, long p) => input.mvlgamma_(p);

    public static Tensor polygamma_(Tensor input, long p) => input.polygamma_(p);

    public static (Tensor, Tensor) frexp(Tensor input) => input.frexp();

    public static Tensor positive(Tensor input) => input.positive();

    public static Tensor xlogy(Tensor x, Scalar y) => x.xlogy(y);

    public static Tensor xlogy_(Tensor x, Tensor y) => x.xlogy_(y);

    public static Tensor xlogy_(Tensor x, Scalar y) => x.xlogy_(y);

    public static Tensor round_(Tensor input, long decimals = 0) => input.round_(decimals);

    public static Tensor binomial(Tensor count, Tensor probs, Generator? generator = null) =>
        count.binomial(probs, generator);

    public static Tensor searchsorted(
        Tensor sorted_sequence, Scalar values, bool out_int32, bool right, Tensor sorter) =>
        Aten.Call("searchsorted.Scalar", sorted_sequence, values, out_int32, right, right ? "right" : "left", sorter);

    public static Tensor _standard_gamma(Tensor input, Generator? generator = null) =>
        Aten.Call("_standard_gamma", input, generator);

    public static Tensor _sample_dirichlet(Tensor input, Generator? generator = null) =>
        Aten.Call("_sample_dirichlet", input, generator);

    public static ICollection<Tensor> gradient(Tensor input, int spacing = 1, long? dim = null, int edge_order = 1) =>
        Aten.CallMany("gradient.scalarint", input, (long)spacing, dim, (long)edge_order);

    public static ICollection<Tensor> gradient(
        Tensor input, int spacing = 1, long[]? dims = null, int edge_order = 1) =>
        Aten.CallMany(
            "gradient.scalararray", input, (Scalar)spacing, dims ?? FirstDimensions(input.dim()), (long)edge_order);

    public partial class Tensor
    {
        public Tensor copysign_(Tensor other) => Mutate("copysign_.Tensor", this, other);

        public Tensor positive() => Aten.Call("positive", this);

        public Tensor lcm_(Tensor other) => Mutate("lcm_", this, other);

        public Tensor gcd_(Tensor other) => Mutate("gcd_", this, other);

        public Tensor ldexp_(Tensor other) => Mutate("ldexp_", this, other);

        public Tensor nextafter_(Tensor other) => Mutate("nextafter_", this, other);

        public Tensor addbmm_(Tensor batch1, Tensor batch2, float beta = 1, float alpha = 1) =>
            Mutate("addbmm_", this, batch1, batch2, (double)beta, (double)alpha);

        public Tensor addmv_(Tensor mat, Tensor vec, float beta = 1, float alpha = 1) =>
            Mutate("addmv_", this, mat, vec, (double)beta, (double)alpha);

        public Tensor addr_(Tensor vec1, Tensor vec2, float beta = 1, float alpha = 1) =>
            Mutate("addr_", this, vec1, vec2, (double)beta, (double)alpha);

        public Tensor bitwise_left_shift_(Tensor other) => Mutate("bitwise_left_shift_.Tensor", this, other);

        public Tensor bitwise_right_shift_(Tensor other) => Mutate("bitwise_right_shift_.Tensor", this, other);

        public Tensor float_power_(Tensor target) => Mutate("float_power_.Tensor", this, target);

        public (Tensor, Tensor) frexp() => Aten.Call2("frexp.Tensor", this);

        public Tensor subtract(Scalar target) => sub(target);

        public Tensor subtract(Tensor target) => sub(target);

        public Tensor subtract_(Scalar target) => sub_(target);

        public Tensor subtract_(Tensor target) => sub_(target);

        public Tensor cumulative_trapezoid(double dx = 1, long dim = -1) => torch.cumulative_trapezoid(this, dx, dim);

        public Tensor cumulative_trapezoid(Tensor x, long dim = -1) => torch.cumulative_trapezoid(this, x, dim);

        public Tensor trapezoid(double dx = 1, long dim = -1) => torch.trapezoid(this, dx, dim);

        public Tensor trapezoid(Tensor x, long dim = -1) => torch.trapezoid(this, x, dim);

        public Tensor xlogy(Scalar y) => Aten.Call("xlogy.Scalar_Other", this, y);

        public Tensor xlogy_(Tensor y) => Mutate("xlogy_.Tensor", this, y);

        public Tensor xlogy_(Scalar y) => Mutate("xlogy_.Scalar_Other", this, y);

        public Tensor arctan(Tensor other) => atan2(other);

        public Tensor arctan_(Tensor other) => atan2_(other);

        public Tensor arctan2_(Tensor other) => atan2_(other);

        public Tensor binomial(Tensor prob, Generator? generator = null) =>
            Aten.Call("binomial", this, prob, generator);

        public Tensor random_(double from, double to, Generator? generator = null) =>
            Mutate("random_.from", this, (long)from, (long)to, generator);

        public Tensor tensordot(Tensor b, long[] dims1, long[] dims2) => torch.tensordot(this, b, dims1, dims2);

        public Tensor tensordot(Tensor b, (long, long)[] dims) => torch.tensordot(this, b, dims);

        public Tensor tensordot(Tensor b, long dims = 2) => torch.tensordot(this, b, dims);

        public (Tensor, Tensor) geqrf() => Aten.Call2("geqrf", this);

        public Tensor ormqr(Tensor tau, Tensor other, bool left = true, bool transpose = false) =>
            Aten.Call("ormqr", this, tau, other, left, transpose);
    }

    private static long[] LastDimensions(Tensor tensor, long count) =>
        [.. Enumerable.Range(0, (int)count).Select(i => tensor.dim() - count + i)];

    private static long[] FirstDimensions(long count) => [.. Enumerable.Range(0, (int)count).Select(i => (long)i)];
}
