using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor adaptive_avg_pool3d(Tensor input, (long, long, long) output_size) =>
                adaptive_avg_pool3d(input, [output_size.Item1, output_size.Item2, output_size.Item3]);

            public static Tensor adaptive_avg_pool3d(Tensor input, long output_size) =>
                adaptive_avg_pool3d(input, [output_size, output_size, output_size]);

            public static Tensor fractional_max_pool2d(
                Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null) =>
                fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static Tensor fractional_max_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? output_size = null,
                (double, double)? output_ratio = null) =>
                fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static Tensor fractional_max_pool2d(
                Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
                fractional_max_pool2d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static Tensor fractional_max_pool3d(
                Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null) =>
                fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static Tensor fractional_max_pool3d(
                Tensor input, (long, long, long) kernel_size, (long, long, long)? output_size = null,
                (double, double, double)? output_ratio = null) =>
                fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static Tensor fractional_max_pool3d(
                Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
                fractional_max_pool3d_with_indices(input, kernel_size, output_size, output_ratio).Item1;

            public static (Tensor, Tensor) fractional_max_pool2d_with_indices(
                Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null) =>
                fractional_max_pool2d_with_indices(
                    input, Two(kernel_size), Sides2(output_size), Sides2(output_ratio));

            public static (Tensor, Tensor) fractional_max_pool2d_with_indices(
                Tensor input, (long, long) kernel_size, (long, long)? output_size = null,
                (double, double)? output_ratio = null) =>
                fractional_max_pool2d_with_indices(
                    input, Two(kernel_size), Sides2(output_size), Sides2(output_ratio));

            public static (Tensor, Tensor) fractional_max_pool2d_with_indices(
                Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
                FractionalPool(input, kernel_size, output_size, output_ratio);

            public static (Tensor, Tensor) fractional_max_pool3d_with_indices(
                Tensor input, long kernel_size, long? output_size = null, double? output_ratio = null) =>
                fractional_max_pool3d_with_indices(
                    input, Three(kernel_size), Sides3(output_size), Sides3(output_ratio));

            public static (Tensor, Tensor) fractional_max_pool3d_with_indices(
                Tensor input, (long, long, long) kernel_size, (long, long, long)? output_size = null,
                (double, double, double)? output_ratio = null) =>
                fractional_max_pool3d_with_indices(
                    input, Three(kernel_size), Sides3(output_size), Sides3(output_ratio));

            public static (Tensor, Tensor) fractional_max_pool3d_with_indices(
                Tensor input, long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
                FractionalPool(input, kernel_size, output_size, output_ratio);

            public static Tensor lp_pool2d(
                Tensor input, double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false) =>
                lp_pool2d(input, norm_type, Two(kernel_size), Two(stride ?? kernel_size), ceil_mode);

            public static Tensor max_unpool2d(
                Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null,
                long[]? output_size = null) =>
                Unpool(input, indices, kernel_size, stride ?? kernel_size, padding ?? [0, 0], output_size);

            public static Tensor max_unpool3d(
                Tensor input, Tensor indices, long[] kernel_size, long[]? stride = null, long[]? padding = null,
                long[]? output_size = null) =>
                Unpool(input, indices, kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0], output_size);

            public static Tensor upsample_nearest1d(Tensor input, long? outputSize, double? scaleFactor) =>
                Aten.Call(
                    "upsample_nearest1d.vec", input, outputSize is { } size ? new[] { size } : null,
                    scaleFactor is { } factor ? new[] { factor } : null);

            public static Tensor upsample_nearest2d(
                Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null) =>
                Aten.Call("upsample_nearest2d.vec", input, outputSizes, scaleFactors);

            public static Tensor upsample_nearest3d(
                Tensor input, long[]? outputSizes = null, double[]? scaleFactors = null) =>
                Aten.Call("upsample_nearest3d.vec", input, outputSizes, scaleFactors);

            public static Tensor upsample_bilinear(
                Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false) =>
                interpolate(x, size, scale_factor, InterpolationMode.Bilinear, align_corners);

            public static Tensor upsample_nearest(
                Tensor x, long[]? size = null, double[]? scale_factor = null, bool align_corners = false) =>
                interpolate(x, size, scale_factor, InterpolationMode.Nearest);

            public static Tensor multi_label_margin_loss(
                Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Aten.Call("multilabel_margin_loss", input, target, (long)reduction);

            public static Tensor conv1d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null,
                Padding padding = Padding.Valid, long? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv1d.padding", input, weight, bias, One(stride, 1), padding.ToString().ToLowerInvariant(),
                    One(dilation, 1), groups);

            public static Tensor conv2d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
                Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv2d.padding", input, weight, bias, strides ?? [1, 1], padding.ToString().ToLowerInvariant(),
                    dilation ?? [1, 1], groups);

            public static Tensor conv3d_padding(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
                Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv3d.padding", input, weight, bias, strides ?? [1, 1, 1],
                    padding.ToString().ToLowerInvariant(), dilation ?? [1, 1, 1], groups);

            internal static long[] Three(long value) => [value, value, value];

            internal static long[] Three((long, long, long) value) => [value.Item1, value.Item2, value.Item3];

            internal static long[]? Sides2(long? value) => value is { } side ? Two(side) : null;

            internal static long[]? Sides2((long, long)? value) => value is { } sides ? Two(sides) : null;

            private static double[]? Sides2(double? value) => value is { } side ? [side, side] : null;

            private static double[]? Sides2((double, double)? value) =>
                value is { } sides ? [sides.Item1, sides.Item2] : null;

            internal static long[]? Sides3(long? value) => value is { } side ? Three(side) : null;

            internal static long[]? Sides3((long, long, long)? value) => value is { } sides ? Three(sides) : null;

            private static double[]? Sides3(double? value) => value is { } side ? [side, side, side] : null;

            private static double[]? Sides3((double, double, double)? value) =>
                value is { } sides ? [sides.Item1, sides.Item2, sides.Item3] : null;
        }
    }
}
