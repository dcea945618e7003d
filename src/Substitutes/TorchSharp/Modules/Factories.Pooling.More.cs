using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static MaxPool3d MaxPool3d(
            long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
            bool ceil_mode = false) =>
            MaxPool3d(
                Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? 0), Three(dilation ?? 1), ceil_mode);

        public static MaxPool3d MaxPool3d(
            (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null,
            (long, long, long)? dilation = null, bool ceil_mode = false) =>
            MaxPool3d(
                Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? (0, 0, 0)),
                Three(dilation ?? (1, 1, 1)), ceil_mode);

        public static MaxPool3d MaxPool3d(
            long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null,
            bool ceil_mode = false) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0], dilation ?? [1, 1, 1], ceil_mode);

        public static AvgPool3d AvgPool3d(
            long kernel_size, long? stride = null, long? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            AvgPool3d(
                Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? 0), ceil_mode, count_include_pad,
                divisor_override);

        public static AvgPool3d AvgPool3d(
            (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null,
            bool ceil_mode = false, bool count_include_pad = true, long? divisor_override = null) =>
            AvgPool3d(
                Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? (0, 0, 0)), ceil_mode,
                count_include_pad, divisor_override);

        public static AvgPool3d AvgPool3d(
            long[] kernel_size, long[]? stride = null, long[]? padding = null, bool ceil_mode = false,
            bool count_include_pad = true, long? divisor_override = null) =>
            new(
                kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0], ceil_mode, count_include_pad,
                divisor_override);

        public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long[] output_size) =>
            new(output_size);

        public static AdaptiveAvgPool3d AdaptiveAvgPool3d((long, long, long) output_size) =>
            AdaptiveAvgPool3d(Three(output_size));

        public static AdaptiveAvgPool3d AdaptiveAvgPool3d(long output_size) => AdaptiveAvgPool3d(Three(output_size));

        public static AdaptiveMaxPool3d AdaptiveMaxPool3d(long[] output_size) =>
            new(output_size);

        public static AdaptiveMaxPool3d AdaptiveMaxPool3d((long, long, long) output_size) =>
            AdaptiveMaxPool3d(Three(output_size));

        public static AdaptiveMaxPool3d AdaptiveMaxPool3d(long output_size) => AdaptiveMaxPool3d(Three(output_size));

        public static AdaptiveMaxPool1d AdaptiveMaxPool1d(long output_size) =>
            new(output_size);

        public static LPPool1d LPPool1d(
            double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false) =>
            new(norm_type, kernel_size, stride, ceil_mode);

        public static LPPool2d LPPool2d(
            double norm_type, long[] kernel_size, long[]? stride = null, bool ceil_mode = false) =>
            new(norm_type, kernel_size, stride, ceil_mode);

        public static LPPool2d LPPool2d(
            double norm_type, long kernel_size, long? stride = null, bool ceil_mode = false) =>
            LPPool2d(norm_type, functional.Two(kernel_size), Both(stride), ceil_mode);

        public static FractionalMaxPool2d FractionalMaxPool2d(
            long kernel_size, long? output_size = null, double? output_ratio = null) =>
            FractionalMaxPool2d(
                functional.Two(kernel_size), output_size is { } size ? functional.Two(size) : null,
                output_ratio is { } ratio ? [ratio, ratio] : null);

        public static FractionalMaxPool2d FractionalMaxPool2d(
            long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
            new(kernel_size, output_size, output_ratio);

        public static FractionalMaxPool3d FractionalMaxPool3d(
            long kernel_size, long? output_size = null, double? output_ratio = null) =>
            FractionalMaxPool3d(
                Three(kernel_size), output_size is { } size ? Three(size) : null,
                output_ratio is { } ratio ? [ratio, ratio, ratio] : null);

        public static FractionalMaxPool3d FractionalMaxPool3d(
            long[] kernel_size, long[]? output_size = null, double[]? output_ratio = null) =>
            new(kernel_size, output_size, output_ratio);

        public static MaxUnpool1d MaxUnpool1d(long kernel_size, long? stride = null, long? padding = null) =>
            new(kernel_size, stride, padding);

        public static MaxUnpool2d MaxUnpool2d(long kernel_size, long? stride = null, long? padding = null) =>
            MaxUnpool2d(functional.Two(kernel_size), Both(stride), Both(padding));

        public static MaxUnpool2d MaxUnpool2d(
            (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null) =>
            MaxUnpool2d(functional.Two(kernel_size), Both(stride), Both(padding));

        public static MaxUnpool2d MaxUnpool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0]);

        public static MaxUnpool3d MaxUnpool3d(long kernel_size, long? stride = null, long? padding = null) =>
            new(Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? 0));

        public static MaxUnpool3d MaxUnpool3d(
            (long, long, long) kernel_size, (long, long, long)? stride = null, (long, long, long)? padding = null) =>
            new(Three(kernel_size), Three(stride ?? kernel_size), Three(padding ?? (0, 0, 0)));

        public static MaxUnpool3d MaxUnpool3d(long[] kernel_size, long[]? stride = null, long[]? padding = null) =>
            new(kernel_size, stride ?? kernel_size, padding ?? [0, 0, 0]);

        public static FractionalMaxPool2d FractionalMaxPool2d(
            (long, long) kernel_size, (long, long)? output_size = null, (double, double)? output_ratio = null) =>
            FractionalMaxPool2d(
                functional.Two(kernel_size), Both(output_size),
                output_ratio is { } ratio ? [ratio.Item1, ratio.Item2] : null);

        public static FractionalMaxPool3d FractionalMaxPool3d(
            (long, long, long) kernel_size, (long, long, long)? output_size = null,
            (double, double, double)? output_ratio = null) =>
            FractionalMaxPool3d(
                Three(kernel_size), output_size is { } size ? Three(size) : null,
                output_ratio is { } ratio ? [ratio.Item1, ratio.Item2, ratio.Item3] : null);

        public static Unfold Unfold(long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
            new(
                (kernel_size, kernel_size), (dilation, dilation), (padding, padding), (stride, stride));

        public static Unfold Unfold(
            (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
            (long, long)? stride = null) =>
            new(kernel_size, dilation ?? (1, 1), padding ?? (0, 0), stride ?? (1, 1));

        public static Fold Fold(
            long output_size, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
            new(
                (output_size, output_size), (kernel_size, kernel_size), (dilation, dilation), (padding, padding),
                (stride, stride));

        public static Fold Fold(
            (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null,
            (long, long)? padding = null, (long, long)? stride = null) =>
            new(output_size, kernel_size, dilation ?? (1, 1), padding ?? (0, 0), stride ?? (1, 1));

        public static Bilinear Bilinear(
            long in1_features, long in2_features, long out_features, bool hasBias = true, Device? device = null,
            ScalarType? dtype = null) => new(in1_features, in2_features, out_features, hasBias, device, dtype);

        public static RReLU RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, bool inplace = false) =>
            new(lower, upper, inplace);

        public static FeatureAlphaDropout FeatureAlphaDropout(double p = 0.5, bool inplace = false) =>
            new(p, inplace);

        public static ReflectionPad3d ReflectionPad3d(long padding) =>
            new(padding, padding, padding, padding, padding, padding);

        public static ReflectionPad3d ReflectionPad3d((long, long, long, long, long, long) padding) =>
            new(
                padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6);

        public static ReplicationPad3d ReplicationPad3d(long padding) =>
            new(padding, padding, padding, padding, padding, padding);

        public static ReplicationPad3d ReplicationPad3d((long, long, long, long, long, long) padding) =>
            new(
                padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6);

        public static ConstantPad1d ConstantPad1d(long padding, double value) => new(value, padding, padding);

        public static ConstantPad1d ConstantPad1d((long, long) padding, double value) =>
            new(value, padding.Item1, padding.Item2);

        public static ConstantPad3d ConstantPad3d(long padding, double value) =>
            new(value, padding, padding, padding, padding, padding, padding);

        public static ConstantPad3d ConstantPad3d(
            (long, long, long, long, long, long) padding, double value) =>
            new(
                value, padding.Item1, padding.Item2, padding.Item3, padding.Item4, padding.Item5, padding.Item6);
    }
}
