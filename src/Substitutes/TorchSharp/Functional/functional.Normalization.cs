using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor layer_norm(
                Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.Call("layer_norm", input, normalized_shape, weight, bias, eps);

            public static Tensor group_norm(
                Tensor input, long num_groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.Call("group_norm", input, num_groups, weight, bias, eps);

            public static Tensor batch_norm(
                Tensor input, Tensor? running_mean, Tensor? running_var, Tensor? weight = null, Tensor? bias = null,
                bool training = false, double momentum = 0.1, double eps = 1e-5) =>
                Aten.Call(
                    "batch_norm", input, weight, bias, running_mean, running_var, training, momentum, eps, true);

            public static Tensor instance_norm(
                Tensor input, Tensor? running_mean = null, Tensor? running_var = null, Tensor? weight = null,
                Tensor? bias = null, bool use_input_stats = true, double momentum = 0.1, double eps = 1e-5) =>
                Aten.Call(
                    "instance_norm", input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps,
                        true);

            public static Tensor normalize(
                Tensor input, float p = 2.0f, long dim = 1L, float eps = 1e-12f, Tensor? output = null)
            {
                using var norm = Aten.Call("norm.ScalarOpt_dim", input, (double)p, new[] { dim }, true);
                using var floored = norm.clamp_min(eps);
                var normalized = input.div(floored);
                if (output is null)
                {
                    return normalized;
                }

                using var computed = normalized;
                return output.copy_(computed);
            }

            public static Tensor cosine_similarity(Tensor x1, Tensor x2, long dim = 1, double eps = 1e-8) =>
                Aten.Call("cosine_similarity", x1, x2, dim, eps);

            public static Tensor pairwise_distance(
                Tensor input1, Tensor input2, double p = 2.0, double eps = 1e-6, bool keepdim = false) =>
                Aten.Call("pairwise_distance", input1, input2, p, eps, keepdim);

            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                InPlace(inplace, input, "dropout", p, training);

            public static Tensor dropout2d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                InPlace(inplace, input, "feature_dropout", p, training);

            public static Tensor dropout1d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                InPlace(inplace, input, "feature_dropout", p, training);

            public static Tensor dropout3d(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                InPlace(inplace, input, "feature_dropout", p, training);

            public static Tensor feature_alpha_dropout(
                Tensor input, double p = 0.5, bool training = false, bool inplace = false) =>
                InPlace(inplace, input, "feature_alpha_dropout", p, training);

            public static Tensor local_response_norm(
                Tensor input, long size, double alpha = 0.0001, double beta = 0.75, double k = 1.0)
            {
                // x: (N, C, ...); squares are averaged over size neighbouring channels, zeros beyond the first and
                // last.
                using var scope = NewDisposeScope();
                var squares = input.square().flatten(2).unsqueeze(1);
                var padded = pad(squares, [0, 0, size / 2, (size - 1) / 2]);
                var average = avg_pool2d(padded, [size, 1], [1, 1]).squeeze(1).view(input.shape);
                return (input / average.mul(alpha).add(k).pow(beta)).MoveToOuterDisposeScope();
            }

            public static Tensor feature_dropout(Tensor input, double p = 0.5, bool training = true,
                bool inplace = false) =>
                InPlace(inplace, input, "feature_dropout", p, training);

            public static Tensor alpha_dropout(Tensor input, double p = 0.5, bool training = false,
                bool inplace = false) =>
                InPlace(inplace, input, "alpha_dropout", p, training);

            public static Tensor embedding(
                Tensor x, Tensor weight, long? padding_idx = null, double? max_norm = null, double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false) =>
                Aten.Call("embedding", weight, x, padding_idx ?? -1, scale_grad_by_freq, sparse);

            public static Tensor one_hot(Tensor x, long num_classes = -1) => Aten.Call("one_hot", x, num_classes);

            /// <summary>softmax(q kᵀ / √d) v, written out: libtorch 1.13 has no public operator for it.</summary>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0,
                    bool is_casual = false)
            {
                using var scope = NewDisposeScope();
                var scores = (query * (1 / Math.Sqrt(query.size(-1)))).matmul(key.transpose(-2, -1));
                if (is_casual)
                {
                    var rows = query.size(-2);
                    var columns = key.size(-2);
                    var allowed = ones(rows, columns, ScalarType.Bool, query.device).tril();
                    scores = scores.masked_fill(~allowed, double.NegativeInfinity);
                }

                if (attn_mask is not null)
                {
                    scores = attn_mask.dtype == ScalarType.Bool
                        ? scores.masked_fill(~attn_mask, double.NegativeInfinity)
                        : scores + attn_mask;
                }

                var weights = softmax(scores, -1);
                if (p > 0)
                {
                    weights = dropout(weights, p);
                }

                return weights.matmul(value).MoveToOuterDisposeScope();
            }
        }
    }
}
