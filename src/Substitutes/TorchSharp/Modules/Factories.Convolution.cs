using TorchSharp.Modules;

namespace TorchSharp;

public enum Padding
{
    Valid = 0,
    Same = 1,
}

public static partial class torch
{
    public static partial class nn
    {
        public static Conv1d Conv1d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, [kernel_size], [stride], [padding], [dilation], [0], groups, bias,
                    padding_mode),
                device, dtype);

        public static Conv1d Conv1d(
            long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            Conv1d(
                in_channels, out_channels, kernel_size, stride,
                ConvolutionShape.Resolve(padding, [kernel_size], [dilation])[0], dilation, padding_mode, groups, bias,
                device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            Conv2d(
                in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding),
                (dilation, dilation), padding_mode, groups, bias, device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
            (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros,
            long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride ?? (1, 1)),
                    functional.Two(padding ?? (0, 0)), functional.Two(dilation ?? (1, 1)), [0, 0], groups, bias,
                    padding_mode),
                device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            Conv2d(
                in_channels, out_channels, (kernel_size, kernel_size), padding, (stride, stride), (dilation, dilation),
                padding_mode, groups, bias, device, dtype);

        public static Conv2d Conv2d(
            long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null,
            (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
            bool bias = true, Device? device = null, ScalarType? dtype = null)
        {
            var resolved = ConvolutionShape.Resolve(
                padding, functional.Two(kernel_size), functional.Two(dilation ?? (1, 1)));
            return Conv2d(
                in_channels, out_channels, kernel_size, stride, (resolved[0], resolved[1]), dilation, padding_mode,
                    groups,
                bias, device, dtype);
        }

        public static Conv3d Conv3d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, Three(kernel_size), Three(stride), Three(padding), Three(dilation),
                    [0, 0, 0], groups, bias, padding_mode),
                device, dtype);

        public static ConvTranspose1d ConvTranspose1d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
            long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
            bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, [kernel_size], [stride], [padding], [dilation], [output_padding], groups,
                    bias, ZerosOnly(padding_mode), Transposed: true),
                device, dtype);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null,
            (long, long, long)? padding = null, (long, long, long)? dilation = null,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, Three(kernel_size), Three(stride ?? (1, 1, 1)),
                    Three(padding ?? (0, 0, 0)), Three(dilation ?? (1, 1, 1)), [0, 0, 0], groups, bias, padding_mode),
                device, dtype);

        public static Conv3d Conv3d(
            long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, Three(kernel_size), Three(stride),
                    ConvolutionShape.Resolve(padding, Three(kernel_size), Three(dilation)), Three(dilation), [0, 0, 0],
                    groups, bias, padding_mode),
                device, dtype);

        public static ConvTranspose3d ConvTranspose3d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
            long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
            bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, Three(kernel_size), Three(stride), Three(padding), Three(dilation),
                    Three(output_padding), groups, bias, ZerosOnly(padding_mode), Transposed: true),
                device, dtype);

        public static ConvTranspose3d ConvTranspose3d(
            long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long)? stride = null,
            (long, long, long)? padding = null, (long, long, long)? output_padding = null,
            (long, long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
            bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, Three(kernel_size), Three(stride ?? (1, 1, 1)),
                    Three(padding ?? (0, 0, 0)), Three(dilation ?? (1, 1, 1)), Three(output_padding ?? (0, 0, 0)),
                    groups, bias, ZerosOnly(padding_mode), Transposed: true),
                device, dtype);

        public static ConvTranspose2d ConvTranspose2d(
            long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0,
            long output_padding = 0, long dilation = 1, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
            bool bias = true, Device? device = null, ScalarType? dtype = null) =>
            ConvTranspose2d(
                in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding),
                (output_padding, output_padding), (dilation, dilation), padding_mode, groups, bias, device, dtype);

        public static ConvTranspose2d ConvTranspose2d(
            long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
            (long, long)? padding = null, (long, long)? output_padding = null, (long, long)? dilation = null,
            PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null,
            ScalarType? dtype = null) =>
            new(
                new(in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride ?? (1, 1)),
                    functional.Two(padding ?? (0, 0)), functional.Two(dilation ?? (1, 1)),
                    functional.Two(output_padding ?? (0, 0)), groups, bias, ZerosOnly(padding_mode), Transposed: true),
                device, dtype);

        public static Linear Linear(
            long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null) =>
            new(inputSize, outputSize, hasBias, device, dtype);

        public static Sequential Sequential() => new((Module<Tensor, Tensor>[])[]);

        public static Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
            new(modules);

        public static Sequential Sequential(params Module<Tensor, Tensor>[] modules) => new(modules);

        public static Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) =>
            new([.. modules]);

        public static Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => new([.. modules]);

        private static long[] Three(long value) => [value, value, value];

        private static long[] Three((long, long, long) value) => [value.Item1, value.Item2, value.Item3];

        private static PaddingModes ZerosOnly(PaddingModes mode) => mode == PaddingModes.Zeros
            ? mode
            : throw new ArgumentException($"Only zero padding is supported for transposed convolutions; got {mode}.");
    }
}
