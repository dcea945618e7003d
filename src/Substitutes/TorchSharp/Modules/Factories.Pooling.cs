using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static MaxPool1d MaxPool1d(
            long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
            new(kernel_size, stride, padding, dilation, ceil_mode);

        public static MaxPool2d MaxPool2d(
            long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false) =>
            new(
                functional.Two(kernel_size), Both(stride), Both(padding), Both(dilation), ceil_mode);

        public static MaxPool2d MaxPool2d(
            (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
            (long, long)? dilation = null, bool ceil_mode = false) =>
            new(functional.Two(kernel_size), Both(stride), Both(padding), Both(dilation), ceil_mode);

        public static MaxPool2d MaxPool2d(
            long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null,
            bool ceil_mode = false) => new(kernel_size, stride, padding, dilation, ceil_mode);

        public static AvgPool1d AvgPool1d(
            long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
            bool count_include_pad = true) => new(kernel_size, stride, padding, ceil_mode, count_include_pad);

        public static AvgPool2d AvgPool2d(
            long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            new(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);

        public static AvgPool2d AvgPool2d(
            (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            new(
                functional.Two(kernel_size), Both(stride), Both(padding), ceil_mode, count_include_pad,
                    divisor_override);

        public static AvgPool2d AvgPool2d(
            long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            new(
                functional.Two(kernel_size), Both(stride), Both(padding), ceil_mode, count_include_pad,
                    divisor_override);

        public static AdaptiveAvgPool1d AdaptiveAvgPool1d(long output_size) => new(output_size);

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long[] output_size) => new(output_size);

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d((long, long) output_size) => new(functional.Two(output_size));

        public static AdaptiveAvgPool2d AdaptiveAvgPool2d(long output_size) => new(functional.Two(output_size));

        public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long[] output_size) => new(output_size);

        public static AdaptiveMaxPool2d AdaptiveMaxPool2d((long, long) output_size) => new(functional.Two(output_size));

        public static AdaptiveMaxPool2d AdaptiveMaxPool2d(long output_size) => new(functional.Two(output_size));

        public static Upsample Upsample(
            long[]? size = null, double[]? scale_factor = null, UpsampleMode mode = UpsampleMode.Nearest,
            bool? align_corners = null, bool? recompute_scale_factor = null) =>
            new(size, scale_factor, mode, align_corners, recompute_scale_factor);

        public static ZeroPad2d ZeroPad2d(long padding) => new(padding, padding, padding, padding);

        public static ZeroPad2d ZeroPad2d((long, long, long, long) padding) =>
            new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);

        public static ReflectionPad2d ReflectionPad2d(long padding) => new(padding, padding, padding, padding);

        public static ReflectionPad2d ReflectionPad2d((long, long, long, long) padding) =>
            new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);

        public static ReplicationPad2d ReplicationPad2d(long padding) => new(padding, padding, padding, padding);

        public static ReplicationPad2d ReplicationPad2d((long, long, long, long) padding) =>
            new(padding.Item1, padding.Item2, padding.Item3, padding.Item4);

        public static ReflectionPad1d ReflectionPad1d(long padding) => new(padding, padding);

        public static ReflectionPad1d ReflectionPad1d((long, long) padding) => new(padding.Item1, padding.Item2);

        public static ReplicationPad1d ReplicationPad1d(long padding) => new(padding, padding);

        public static ReplicationPad1d ReplicationPad1d((long, long) padding) => new(padding.Item1, padding.Item2);

        public static ConstantPad2d ConstantPad2d(long padding, double value) =>
            new(value, padding, padding, padding, padding);

        public static ConstantPad2d ConstantPad2d((long, long, long, long) padding, double value) =>
            new(value, padding.Item1, padding.Item2, padding.Item3, padding.Item4);

        private static long[]? Both(long? value) => value is { } given ? [given, given] : null;

        private static long[]? Both((long, long)? value) => value is { } given ? [given.Item1, given.Item2] : null;
    }
}
