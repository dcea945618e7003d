using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor conv1d(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? dilation = null, long groups = 1) =>
                Aten.Call("conv1d", input, weight, bias, One(stride, 1), One(padding, 0), One(dilation, 1), groups);

            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv2d", input, weight, bias, strides ?? [1, 1], padding ?? [0, 0], dilation ?? [1, 1], groups);

            public static Tensor conv3d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv3d", input, weight, bias, strides ?? [1, 1, 1], padding ?? [0, 0, 0], dilation ?? [1, 1, 1],
                    groups);

            public static Tensor conv_transpose1d(
                Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? output_padding = null, long? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv_transpose1d", input, weight, bias, One(stride, 1), One(padding, 0), One(output_padding, 0),
                        groups,
                    One(dilation, 1));

            public static Tensor conv_transpose2d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv_transpose2d.input", input, weight, bias, strides ?? [1, 1], padding ?? [0, 0],
                    output_padding ?? [0, 0], groups, dilation ?? [1, 1]);

            public static Tensor conv_transpose3d(
                Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? output_padding = null, long[]? dilation = null, long groups = 1) =>
                Aten.Call(
                    "conv_transpose3d.input", input, weight, bias, strides ?? [1, 1, 1], padding ?? [0, 0, 0],
                    output_padding ?? [0, 0, 0], groups, dilation ?? [1, 1, 1]);

            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) =>
                Aten.Call("linear", input, weights, bias);

            public static Tensor bilinear(Tensor input1, Tensor input2, Tensor weight, Tensor? bias = null) =>
                Aten.Call("bilinear", input1, input2, weight, bias);

            public static Tensor unfold(
                Tensor input, long kernel_size, long dilation = 1, long padding = 0, long stride = 1) =>
                Aten.Call("im2col", input, Two(kernel_size), Two(dilation), Two(padding), Two(stride));

            public static Tensor unfold(
                Tensor input, (long, long) kernel_size, (long, long)? dilation = null, (long, long)? padding = null,
                (long, long)? stride = null) =>
                Aten.Call(
                    "im2col", input, Two(kernel_size), Two(dilation ?? (1, 1)), Two(padding ?? (0, 0)),
                    Two(stride ?? (1, 1)));

            public static Tensor fold(
                Tensor input, long output_size, long kernel_size, long dilation = 1, long padding = 0,
                long stride = 1) =>
                Aten.Call(
                    "col2im", input, Two(output_size), Two(kernel_size), Two(dilation), Two(padding), Two(stride));

            public static Tensor fold(
                Tensor input, (long, long) output_size, (long, long) kernel_size, (long, long)? dilation = null,
                (long, long)? padding = null, (long, long)? stride = null) =>
                Aten.Call(
                    "col2im", input, Two(output_size), Two(kernel_size), Two(dilation ?? (1, 1)), Two(padding ?? (0,
                        0)),
                    Two(stride ?? (1, 1)));

            public static Tensor pixel_shuffle(Tensor input, long upscale_factor) =>
                Aten.Call("pixel_shuffle", input, upscale_factor);

            public static Tensor pixel_unshuffle(Tensor input, long downscale_factor) =>
                Aten.Call("pixel_unshuffle", input, downscale_factor);

            public static Tensor channel_shuffle(Tensor x, long groups) => Aten.Call("channel_shuffle", x, groups);

            /// <summary>Pads the last dimensions; the list runs from the last dimension backwards, two numbers
            /// each.</summary>
            public static Tensor pad(
                Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
            {
                var dimensions = pad.Length / 2;
                return mode switch
                {
                    PaddingModes.Constant or PaddingModes.Zeros => Aten.Call("constant_pad_nd", input, pad, value),
                    PaddingModes.Reflect => Aten.Call($"reflection_pad{dimensions}d", input, pad),
                    PaddingModes.Replicate => Aten.Call($"replication_pad{dimensions}d", input, pad),
                    _ => Aten.Call("_pad_circular", input, pad),
                };
            }

            public static Tensor pad(
                Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, pad.ToArray(), mode, value);

            public static Tensor pad(
                Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2], mode, value);

            public static Tensor pad(
                Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant,
                    double value = 0) =>
                functional.pad(input, [pad.Item1, pad.Item2, pad.Item3, pad.Item4], mode, value);

            public static Tensor pad(
                Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0) =>
                functional.pad(input, [pad, pad], mode, value);

            internal static long[] Two(long value) => [value, value];

            internal static long[] Two((long, long) value) => [value.Item1, value.Item2];

            private static long[] One(long? value, long otherwise) => [value ?? otherwise];
        }
    }
}
