using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor igamma(Tensor input, Tensor other) => input.igamma(other);

    public static Tensor igammac(Tensor input, Tensor other) => input.igammac(other);

    public static Tensor heaviside_(Tensor input, Tensor values) => input.heaviside_(values);

    public partial class Tensor
    {
        public Tensor threshold(Scalar threshold, Scalar value) => Aten.Call("threshold", this, threshold, value);

        public Tensor threshold_(Scalar threshold, Scalar value) => Mutate("threshold_", this, threshold, value);

        public Tensor rrelu(double lower = 0.125, double upper = 1.0 / 3) =>
            Aten.Call("rrelu", this, lower, upper, false);

        public Tensor rrelu_(double lower = 0.125, double upper = 1.0 / 3) =>
            Mutate("rrelu_", this, lower, upper, false);

        public Tensor celu(Scalar alpha) => Aten.Call("celu", this, alpha);

        public Tensor celu_() => Mutate("celu_", this);

        public Tensor celu_(Scalar alpha) => Mutate("celu_", this, alpha);

        public Tensor elu(double alpha = 1) => Aten.Call("elu", this, alpha);

        public Tensor elu(Scalar alpha, Scalar scale, Scalar input_scale) =>
            Aten.Call("elu", this, alpha, scale, input_scale);

        public Tensor elu_(double alpha = 1) => Mutate("elu_", this, alpha);

        public Tensor elu_(Scalar alpha, Scalar scale, Scalar input_scale) =>
            Mutate("elu_", this, alpha, scale, input_scale);

        public Tensor gelu_() => Mutate("gelu_", this);

        public Tensor gelu_(Modules.GELU.Approximate approximate) => Mutate("gelu_", this, approximate.ToString());

        public Tensor gelu(Modules.GELU.Approximate approximate) => Aten.Call("gelu", this, approximate.ToString());

        public Tensor glu(long dim = -1) => Aten.Call("glu", this, dim);

        public Tensor hardsigmoid_() => Mutate("hardsigmoid_", this);

        public Tensor hardswish_() => Mutate("hardswish_", this);

        public Tensor hardtanh_(Scalar min, Scalar max) => Mutate("hardtanh_", this, min, max);

        public Tensor heaviside_(Tensor other) => Mutate("heaviside_", this, other);

        public Tensor igamma(Tensor other) => Aten.Call("igamma", this, other);

        public Tensor igammac(Tensor other) => Aten.Call("igammac", this, other);

        public Tensor log_sigmoid() => Aten.Call("log_sigmoid", this);

        public Tensor channel_shuffle(long groups) => Aten.Call("channel_shuffle", this, groups);
    }

    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor Hardshrink(Tensor x, double @lambda = 0.5) => hardshrink(x, @lambda);

            public static Tensor Hardtanh(Tensor x, double min_val = -1, double max_val = 1, bool inplace = false) =>
                hardtanh(x, min_val, max_val, inplace);

            public static Tensor Mish(Tensor x) => mish(x);

            public static Tensor SiLU(Tensor x, bool inplace = false) => silu(x, inplace);

            public static Tensor softmax2d(Tensor x) => softmax(x, -3);

            public static Tensor Softshrink(Tensor x, double @lambda = 0.5) => softshrink(x, @lambda);

            public static Tensor Softsign(Tensor x) => softsign(x);

            public static Tensor Tanhshrink(Tensor x) => tanhshrink(x);

            public static Tensor Threshold(Tensor x, double threshold, double value, bool inplace = false) =>
                functional.threshold(x, threshold, value, inplace);
        }
    }
}
