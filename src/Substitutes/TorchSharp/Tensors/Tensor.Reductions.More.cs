using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static (Tensor, Tensor) std_mean(
        Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        Moments("std_mean.dim", input, dimensions.ToArray(), unbiased, keepdim, type);

    public static (Tensor, Tensor) std_mean(
        Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        Moments("std_mean.dim", input, [dimensions], unbiased, keepdim, type);

    public static (Tensor, Tensor) std_mean(
        Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        Moments("std_mean.dim", input, [dimensions.Item1, dimensions.Item2], unbiased, keepdim, type);

    public static (Tensor, Tensor) std_mean(
        Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        Moments("std_mean.dim", input, [dimensions.Item1, dimensions.Item2, dimensions.Item3], unbiased, keepdim, type);

    public static (Tensor, Tensor) var_mean(
        Tensor input, ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        Moments("var_mean.dim", input, dimensions.ToArray(), unbiased, keepdim, type);

    public static (Tensor, Tensor) var_mean(
        Tensor input, long dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        Moments("var_mean.dim", input, [dimensions], unbiased, keepdim, type);

    public static (Tensor, Tensor) var_mean(
        Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        Moments("var_mean.dim", input, [dimensions.Item1, dimensions.Item2], unbiased, keepdim, type);

    public static (Tensor, Tensor) var_mean(
        Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        Moments("var_mean.dim", input, [dimensions.Item1, dimensions.Item2, dimensions.Item3], unbiased, keepdim, type);

    public static Tensor std(
        Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        input.std([dimensions.Item1, dimensions.Item2], unbiased, keepdim, type);

    public static Tensor std(
        Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        input.std([dimensions.Item1, dimensions.Item2, dimensions.Item3], unbiased, keepdim, type);

    public static Tensor var(
        Tensor input, (long, long) dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
        input.var([dimensions.Item1, dimensions.Item2], unbiased, keepdim, type);

    public static Tensor var(
        Tensor input, (long, long, long) dimensions, bool unbiased = true, bool keepdim = false,
        ScalarType? type = null) =>
        input.var([dimensions.Item1, dimensions.Item2, dimensions.Item3], unbiased, keepdim, type);

    public static Tensor amax(Tensor input, long[] dims) => input.amax(dims);

    public static Tensor nanquantile(Tensor input, Tensor q, long dim = -1, bool keepdim = false) =>
        input.nanquantile(q, dim, keepdim);

    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

    public static Tensor norm(Tensor input) => input.norm();

    public static bool is_nonzero(Tensor input) => Aten.CallBool("is_nonzero", input);

    public static bool is_conj(Tensor input) => input.is_conj();

    public static Tensor resolve_conj(Tensor input) => input.resolve_conj();

    public static Tensor resolve_neg(Tensor input) => input.resolve_neg();

    public static Tensor conj_physical(Tensor input) => input.conj_physical();

    public static Tensor conj_physical_(Tensor input) => input.conj_physical_();

    public partial class Tensor
    {
        public (Tensor, Tensor) std_mean(bool unbiased = true) => Aten.Call2("std_mean", this, unbiased);

        public (Tensor, Tensor) std_mean(
            long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("std_mean.dim", this, dimensions, unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(
            ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("std_mean.dim", this, dimensions.ToArray(), unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(
            long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("std_mean.dim", this, [dim], unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(
            (long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("std_mean.dim", this, [dim.Item1, dim.Item2], unbiased, keepdim, type);

        public (Tensor, Tensor) std_mean(
            (long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("std_mean.dim", this, [dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(bool unbiased = true) => Aten.Call2("var_mean", this, unbiased);

        public (Tensor, Tensor) var_mean(
            long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("var_mean.dim", this, dimensions, unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(
            ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("var_mean.dim", this, dimensions.ToArray(), unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(
            long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("var_mean.dim", this, [dim], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(
            (long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("var_mean.dim", this, [dim.Item1, dim.Item2], unbiased, keepdim, type);

        public (Tensor, Tensor) var_mean(
            (long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Moments("var_mean.dim", this, [dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public Tensor std(
            (long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public Tensor var(
            (long, long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim.Item1, dim.Item2, dim.Item3], unbiased, keepdim, type);

        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) =>
            sum((ReadOnlySpan<long>)dim, keepdim, type);

        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1], keepdim, type);

        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1, dim2], keepdim, type);

        public Tensor max(Tensor other) => Aten.Call("max.other", this, other);

        public Tensor min(Tensor other) => Aten.Call("min.other", this, other);

        public bool is_conj() => Aten.CallBool("is_conj", this);

        public bool is_neg() => Aten.CallBool("is_neg", this);

        public Tensor resolve_neg() => Aten.Call("resolve_neg", this);

        public Tensor conj_physical() => Aten.Call("conj_physical", this);

        public Tensor conj_physical_() => Mutate("conj_physical_", this);
    }

    private static (Tensor, Tensor) Moments(
        string name, Tensor input, long[] dimensions, bool unbiased, bool keepdim, ScalarType? type)
    {
        var (spread, mean) = Aten.Call2(name, input, dimensions, unbiased, keepdim);
        return type is { } wanted ? (spread.to_type(wanted), mean.to_type(wanted)) : (spread, mean);
    }
}
