using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor relu(Tensor x, bool inplace = false) => InPlace(inplace, x, "relu");

            public static Tensor relu6(Tensor x, bool inplace = false) => InPlace(inplace, x, "relu6");

            public static Tensor silu(Tensor x, bool inplace = false) => InPlace(inplace, x, "silu");

            public static Tensor mish(Tensor x, bool inplace = false) => InPlace(inplace, x, "mish");

            public static Tensor selu(Tensor x, bool inplace = false) => InPlace(inplace, x, "selu");

            public static Tensor tanh(Tensor x, bool inplace = false) => InPlace(inplace, x, "tanh");

            public static Tensor sigmoid(Tensor x, bool inplace = false) => InPlace(inplace, x, "sigmoid");

            public static Tensor hardswish(Tensor input, bool inplace = false) => InPlace(inplace, input, "hardswish");

            public static Tensor hardsigmoid(Tensor input, bool inplace = false) =>
                InPlace(inplace, input, "hardsigmoid");

            public static Tensor gelu(Tensor x) => Aten.Call("gelu", x);

            public static Tensor gelu(Tensor x, bool inplace) => InPlace(inplace, x, "gelu");

            public static Tensor gelu(Tensor x, Modules.GELU.Approximate approximate, bool inplace = false) =>
                InPlace(inplace, x, "gelu", approximate.ToString());

            public static Tensor leaky_relu(Tensor input, double negative_slope = 0.01, bool inplace = false) =>
                InPlace(inplace, input, "leaky_relu", negative_slope);

            public static Tensor elu(Tensor x, double alpha = 1.0, bool inplace = false) =>
                InPlace(inplace, x, "elu", alpha);

            public static Tensor celu(Tensor x, double alpha = 1.0, bool inplace = false) =>
                InPlace(inplace, x, "celu", alpha);

            public static Tensor hardtanh(Tensor x, double min_val = -1.0, double max_val = 1.0,
                bool inplace = false) =>
                InPlace(inplace, x, "hardtanh", min_val, max_val);

            public static Tensor threshold(Tensor x, double threshold, double value, bool inplace = false) =>
                InPlace(inplace, x, "threshold", threshold, value);

            public static Tensor softplus(Tensor x, double beta = 1.0, double threshold = 20.0) =>
                Aten.Call("softplus", x, beta, threshold);

            public static Tensor hardshrink(Tensor x, double lambda = 0.5) => Aten.Call("hardshrink", x, lambda);

            public static Tensor softshrink(Tensor x, double lambda = 0.5) => Aten.Call("softshrink", x, lambda);

            public static Tensor glu(Tensor input, long dim = -1) => Aten.Call("glu", input, dim);

            public static Tensor prelu(Tensor input, Tensor weight) => Aten.Call("prelu", input, weight);

            public static Tensor logsigmoid(Tensor x) => Aten.Call("log_sigmoid", x);

            public static Tensor softsign(Tensor x)
            {
                using var scope = NewDisposeScope();
                return (x / (x.abs() + 1)).MoveToOuterDisposeScope();
            }

            public static Tensor tanhshrink(Tensor x)
            {
                using var bent = x.tanh();
                return x - bent;
            }

            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) =>
                Aten.Call("softmax.int", input, dim, dtype);

            public static Tensor log_softmax(Tensor input, long dim, ScalarType? dtype = null) =>
                Aten.Call("log_softmax.int", input, dim, dtype);

            public static Tensor softmin(Tensor input, long dim, ScalarType? dtype = null)
            {
                using var negated = input.neg();
                return softmax(negated, dim, dtype);
            }

            public static Tensor gumbel_softmax(
                Tensor logits, double tau = 1.0, bool hard = false, double eps = 1e-10, long dim = -1)
            {
                using var scope = NewDisposeScope();
                var noise = -empty_like(logits).exponential_().log();
                var soft = softmax((logits + noise) / tau, dim);
                if (!hard)
                {
                    return soft.MoveToOuterDisposeScope();
                }

                var picked = zeros_like(logits).scatter_(dim, soft.argmax(dim, keepdim: true), 1.0);
                return (picked - soft.detach() + soft).MoveToOuterDisposeScope();
            }

            private static Tensor InPlace(bool inplace, Tensor input, string name)
            {
                if (!inplace)
                {
                    return Aten.Call(name, input);
                }

                Aten.Run(name + "_", input);
                return input.alias();
            }

            private static Tensor InPlace(bool inplace, Tensor input, string name, Arg first)
            {
                if (!inplace)
                {
                    return Aten.Call(name, input, first);
                }

                Aten.Run(name + "_", input, first);
                return input.alias();
            }

            private static Tensor InPlace(bool inplace, Tensor input, string name, Arg first, Arg second)
            {
                if (!inplace)
                {
                    return Aten.Call(name, input, first, second);
                }

                Aten.Run(name + "_", input, first, second);
                return input.alias();
            }
        }
    }
}
