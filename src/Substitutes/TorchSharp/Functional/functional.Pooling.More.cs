using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_pool3d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, bool ceil_mode = false) =>
                Aten.Call(
                    "max_pool3d", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0, 0],
                    dilation ?? [1, 1, 1], ceil_mode);

            public static (Tensor output, Tensor indices) max_pool1d_with_indices(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                Aten.Call2(
                    "max_pool1d_with_indices", input, One(kernel_size, 1), One(stride, kernel_size), One(padding, 0),
                    One(dilation, 1), ceil_mode);

            public static (Tensor output, Tensor indices) max_pool3d_with_indices(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, bool ceil_mode = false) =>
                Aten.Call2(
                    "max_pool3d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0, 0],
                    dilation ?? [1, 1, 1], ceil_mode);

            public static Tensor avg_pool3d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null,
                bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                Aten.Call(
                    "avg_pool3d", input, kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0], ceil_mode,
                    count_include_pad, divisor_override);

            public static Tensor adaptive_avg_pool3d(Tensor input, long[] output_size) =>
                Aten.Call("adaptive_avg_pool3d", input, output_size);

            public static Tensor adaptive_max_pool1d(Tensor input, long output_size) =>
                adaptive_max_pool1d_with_indices(input, output_size).output;

            public static (Tensor output, Tensor indices) adaptive_max_pool1d_with_indices(
                Tensor input, long output_size) => Aten.Call2("adaptive_max_pool1d", input, One(output_size, 1));

            public static Tensor adaptive_max_pool3d(Tensor input, long[] output_size) =>
                adaptive_max_pool3d_with_indices(input, output_size).output;

            public static (Tensor output, Tensor indices) adaptive_max_pool3d_with_indices(
                Tensor input, long[] output_size) => Aten.Call2("adaptive_max_pool3d", input, output_size);

            // The p-norm of each window; a sum is an average times the window's size.
            public static Tensor lp_pool1d(
                Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false)
            {
                using var scope = NewDisposeScope();
                var average = avg_pool1d(input.pow(norm_type), kernel_size, stride, 0, ceil_mode);
                return Root(average, kernel_size, norm_type).MoveToOuterDisposeScope();
            }

            public static Tensor lp_pool2d(
                Tensor input, double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false)
            {
                using var scope = NewDisposeScope();
                var average = avg_pool2d(input.pow(norm_type), kernel_size, stride, null, ceil_mode);
                return Root(average, kernel_size[0] * kernel_size[^1], norm_type).MoveToOuterDisposeScope();
            }

            public static Tensor max_unpool1d(
                Tensor input, Tensor indices, long kernel_size, long? stride = null, long? padding = null,
                long[]? output_size = null) =>
                Unpool(
                    input, indices, One(kernel_size, 1), One(stride, kernel_size), One(padding, 0), output_size);

            public static Tensor rrelu(
                Tensor x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool inplace = false) =>
                Aten.Call(inplace ? "rrelu_" : "rrelu", x, lower, upper, false);

            public static Tensor rrelu(Tensor x, double lower, double upper, bool training, bool inplace) =>
                Aten.Call(inplace ? "rrelu_" : "rrelu", x, lower, upper, training);

            internal static Tensor Unpool(
                Tensor input, Tensor indices, long[] kernel, long[] stride, long[] padding, long[]? output_size)
            {
                var rank = kernel.Length;
                var size = output_size is null
                    ? [.. input.shape[^rank..].Select((side, i) => ((side - 1) * stride[i]) + kernel[i] - (2 * padding[i]))]
                    : output_size[^rank..];
                switch (rank)
                {
                    case 1:
                        using (NewDisposeScope())
                        {
                            return Aten.Call(
                                "max_unpool2d", input.unsqueeze(-1), indices.unsqueeze(-1), new[] { size[0], 1 })
                                .squeeze(-1)
                                .MoveToOuterDisposeScope();
                        }

                    case 2:
                        return Aten.Call("max_unpool2d", input, indices, size);
                    default:
                        return Aten.Call("max_unpool3d", input, indices, size, stride, padding);
                }
            }

            // input: (N, C, ...); where the windows stand is drawn for each sample and channel.
            internal static (Tensor Output, Tensor Indices) FractionalPool(
                Tensor input, long[] kernel, long[]? output_size, double[]? output_ratio)
            {
                using var scope = NewDisposeScope();
                var rank = kernel.Length;
                var size = output_size ?? [.. input.shape[^rank..].Zip(
                    output_ratio ?? throw new ArgumentException("Either output_size or output_ratio has to be given."),
                    (side, ratio) => (long)(side * ratio))];
                var batched = input.dim() == rank + 2;
                var samples = rand(
                    [batched ? input.shape[0] : 1, input.shape[batched ? 1 : 0], rank], input.dtype, input.device);
                var (output, indices) = rank == 2
                    ? Aten.Call2("fractional_max_pool2d", input, kernel, size, samples)
                    : Aten.Call2("fractional_max_pool3d", input, kernel, size, samples);
                return (output.MoveToOuterDisposeScope(), indices.MoveToOuterDisposeScope());
            }

            private static Tensor Root(Tensor average, long count, double norm) =>
                (average.sign() * relu(average.abs())).mul(count).pow(1 / norm);
        }
    }
}
