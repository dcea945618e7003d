using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class special
    {
        public static Tensor bessel_j0(Tensor input) => Aten.Call("special_bessel_j0", input);

        public static Tensor bessel_j1(Tensor input) => Aten.Call("special_bessel_j1", input);

        public static Tensor bessel_y0(Tensor input) => Aten.Call("special_bessel_y0", input);

        public static Tensor bessel_y1(Tensor input) => Aten.Call("special_bessel_y1", input);

        public static Tensor digamma(Tensor input) => Aten.Call("special_digamma", input);

        public static Tensor entr(Tensor input) => Aten.Call("special_entr", input);

        public static Tensor erfcx(Tensor input) => Aten.Call("special_erfcx", input);

        public static Tensor exp2(Tensor input) => Aten.Call("special_exp2", input);

        public static Tensor gammaln(Tensor input) => Aten.Call("special_gammaln", input);

        public static Tensor i0(Tensor input) => Aten.Call("special_i0", input);

        public static Tensor i0e(Tensor input) => Aten.Call("special_i0e", input);

        public static Tensor i1(Tensor input) => Aten.Call("special_i1", input);

        public static Tensor i1e(Tensor input) => Aten.Call("special_i1e", input);

        public static Tensor log_ndtr(Tensor input) => Aten.Call("special_log_ndtr", input);

        public static Tensor ndtr(Tensor input) => Aten.Call("special_ndtr", input);

        public static Tensor ndtri(Tensor input) => Aten.Call("special_ndtri", input);

        public static Tensor psi(Tensor input) => Aten.Call("special_psi", input);

        public static Tensor round(Tensor input) => Aten.Call("special_round", input);

        public static Tensor sinc(Tensor input) => Aten.Call("special_sinc", input);

        public static Tensor gammainc(Tensor input, Tensor other) => Aten.Call("special_gammainc", input, other);

        public static Tensor gammaincc(Tensor input, Tensor other) => Aten.Call("special_gammaincc", input, other);

        public static Tensor xlog1py(Tensor input, Tensor other) => Aten.Call("special_xlog1py", input, other);

        public static Tensor zeta(Tensor x, Tensor q) => Aten.Call("special_zeta", x, q);

        public static Tensor polygamma(long n, Tensor input) => Aten.Call("special_polygamma", n, input);

        public static Tensor multigammaln(Tensor input, long p) => Aten.Call("special_multigammaln", input, p);

        public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) =>
            Aten.Call("special_log_softmax", input, dim, dtype);

        public static Tensor logsumexp(Tensor input, long[] dims, bool keepdim = false) =>
            Aten.Call("special_logsumexp", input, dims, keepdim);
    }
}
