using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor max_pool1d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                Aten.Call(
                    "max_pool1d", input, One(kernel_size, 1), One(stride, kernel_size), One(padding, 0), One(dilation,
                        1),
                    ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null,
                    long[]? dilation = null,
                bool ceil_mode = false) =>
                Aten.Call(
                    "max_pool2d", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0], dilation ?? [1, 1],
                    ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
                max_pool2d(
                    input, Two(kernel_size), Two(stride ?? kernel_size), Two(padding ?? 0), Two(dilation ?? 1),
                    ceil_mode);

            public static Tensor max_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, bool ceil_mode = false) =>
                max_pool2d(
                    input, Two(kernel_size), Two(stride ?? kernel_size), Two(padding ?? (0, 0)), Two(dilation ?? (1,
                        1)),
                    ceil_mode);

            public static (Tensor Values, Tensor Indices) max_pool2d_with_indices(
                Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null,
                    long[]? dilation = null,
                bool ceil_mode = false) =>
                Aten.Call2(
                    "max_pool2d_with_indices", input, kernel_size, strides ?? kernel_size, padding ?? [0, 0],
                    dilation ?? [1, 1], ceil_mode);

            public static Tensor avg_pool1d(
                Tensor input, long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
                bool count_include_pad = true) =>
                Aten.Call(
                    "avg_pool1d", input, One(kernel_size, 1), One(stride, kernel_size), One(padding, 0), ceil_mode,
                    count_include_pad);

            public static Tensor avg_pool2d(
                Tensor input, long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                Aten.Call(
                    "avg_pool2d", input, kernel_size, stride ?? kernel_size, padding ?? [0, 0], ceil_mode,
                    count_include_pad, divisor_override);

            public static Tensor avg_pool2d(
                Tensor input, long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(
                    input, Two(kernel_size), Two(stride ?? kernel_size), Two(padding), ceil_mode, count_include_pad,
                    divisor_override);

            public static Tensor avg_pool2d(
                Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
                avg_pool2d(
                    input, Two(kernel_size), Two(stride ?? kernel_size), Two(padding ?? (0, 0)), ceil_mode,
                    count_include_pad, divisor_override);

            public static Tensor adaptive_avg_pool1d(Tensor input, long output_size) =>
                Aten.Call("adaptive_avg_pool1d", input, One(output_size, 1));

            public static Tensor adaptive_avg_pool2d(Tensor input, long[] output_size) =>
                Aten.Call("adaptive_avg_pool2d", input, output_size);

            public static Tensor adaptive_avg_pool2d(Tensor input, long output_size) =>
                adaptive_avg_pool2d(input, Two(output_size));

            public static Tensor adaptive_avg_pool2d(Tensor input, (long, long) output_size) =>
                adaptive_avg_pool2d(input, Two(output_size));

            public static Tensor adaptive_max_pool2d(Tensor input, long[] output_size) =>
                adaptive_max_pool2d_with_indices(input, output_size).output;

            public static (Tensor output, Tensor indices) adaptive_max_pool2d_with_indices(
                Tensor input, long[] output_size) => Aten.Call2("adaptive_max_pool2d", input, output_size);

            /// <summary>Resizes the last one to three dimensions, to a size or by a factor.</summary>
            public static Tensor interpolate(
                Tensor x, long[]? size = null, double[]? scale_factor = null,
                InterpolationMode mode = InterpolationMode.Nearest, bool? align_corners = null,
                bool recompute_scale_factor = false, bool antialias = false)
            {
                if ((size is null) == (scale_factor is null))
                {
                    throw new ArgumentException(
                        "interpolate() takes either size or scale_factor; "
                        + (size is null ? "found neither." : "found both."));
                }

                var spatial = (int)x.ndim - 2;
                size = Spread(size, spatial);
                scale_factor = Spread(scale_factor, spatial);
                if (scale_factor is not null && (recompute_scale_factor || mode == InterpolationMode.Area))
                {
                    size = [.. scale_factor.Select((factor, i) => (long)Math.Floor(x.size(i + 2) * factor))];
                    scale_factor = null;
                }

                var corners = align_corners ?? false;
                return (mode, spatial) switch
                {
                    (InterpolationMode.Nearest, 1 or 2 or 3) =>
                        Aten.Call($"upsample_nearest{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.NearestExact, 1 or 2 or 3) =>
                        Aten.Call($"_upsample_nearest_exact{spatial}d.vec", x, size, scale_factor),
                    (InterpolationMode.Linear, 1) => Aten.Call("upsample_linear1d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Bilinear, 2) => Aten.Call(
                        antialias ? "_upsample_bilinear2d_aa.vec" : "upsample_bilinear2d.vec", x, size, corners,
                        scale_factor),
                    (InterpolationMode.Bicubic, 2) => Aten.Call(
                        antialias ? "_upsample_bicubic2d_aa.vec" : "upsample_bicubic2d.vec", x, size, corners,
                        scale_factor),
                    (InterpolationMode.Trilinear, 3) =>
                        Aten.Call("upsample_trilinear3d.vec", x, size, corners, scale_factor),
                    (InterpolationMode.Area, 1 or 2 or 3) => Aten.Call($"adaptive_avg_pool{spatial}d", x, size),
                    _ => throw new ArgumentException(
                        $"interpolate() with mode {mode} does not take an input of {x.ndim} dimensions."),
                };
            }

            public static Tensor upsample(
                Tensor input, long[]? size = null, double[]? scale_factor = null,
                UpsampleMode mode = UpsampleMode.Nearest,
                bool align_corners = false) =>
                interpolate(
                    input, size, scale_factor, (InterpolationMode)mode, mode == UpsampleMode.Nearest ? null
                        : align_corners);

            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null) =>
                Aten.Call("grid_sampler", input, grid, (long)mode, (long)padding_mode, align_corners ?? false);

            public static Tensor affine_grid(Tensor theta, long[]? size = null, bool align_corners = false) =>
                Aten.Call(
                    "affine_grid_generator", theta, size ?? throw new ArgumentNullException(nameof(size)),
                        align_corners);

            private static T[]? Spread<T>(T[]? values, int count) =>
                values is [var only] ? [.. Enumerable.Repeat(only, count)] : values;
        }
    }

    public enum GridSampleMode
    {
        Bilinear = 0,
        Nearest = 1,
        Bicubic = 2,
    }

    public enum GridSamplePaddingMode
    {
        Zeros = 0,
        Border = 1,
        Reflection = 2,
    }
}
