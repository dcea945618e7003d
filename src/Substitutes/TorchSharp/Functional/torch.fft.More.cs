using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class fft
    {
        public static Tensor hfft2(
            Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_hfft2", input, s, dim ?? [-2, -1], Name(norm));

        public static Tensor ihfft2(
            Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_ihfft2", input, s, dim ?? [-2, -1], Name(norm));

        public static Tensor hfftn(
            Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_hfftn", input, s, dim, Name(norm));

        public static Tensor ihfftn(
            Tensor input, long[]? s = null, long[]? dim = null, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_ihfftn", input, s, dim, Name(norm));
    }
}
