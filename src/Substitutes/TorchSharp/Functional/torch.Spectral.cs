using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class fft
    {
        public static Tensor rfftfreq(
            long n, double d = 1.0, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            Finish(
                Aten.Call("fft_rfftfreq", n, d, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
                requires_grad);

        public static Tensor hfft(
            Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_hfft", input, n < 0 ? Arg.None : (Arg)n, dim, Name(norm));

        public static Tensor ihfft(
            Tensor input, long n = -1, long dim = -1, FFTNormType norm = FFTNormType.Backward) =>
            Aten.Call("fft_ihfft", input, n < 0 ? Arg.None : (Arg)n, dim, Name(norm));
    }

    // (..., samples) -> (..., frequencies, frames): PyTorch's defaults, a window of ones unless one is given.
    public static Tensor stft(
        Tensor input, long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null,
        bool center = true, PaddingModes pad_mode = PaddingModes.Reflect, bool normalized = false,
        bool? onesided = null, bool? return_complex = null)
    {
        using var scope = NewDisposeScope();
        var signal = input;
        if (center)
        {
            var rank = input.dim();
            signal = nn.functional.pad(
                rank == 1 ? input.view(1, 1, -1) : input.unsqueeze(0), [n_fft / 2, n_fft / 2], pad_mode);
            signal = rank == 1 ? signal.view(-1) : signal.squeeze(0);
        }

        return Aten.Call(
            "stft", signal, n_fft, Given(hop_length), Given(win_length), window, normalized, onesided, return_complex)
            .MoveToOuterDisposeScope();
    }

    public static Tensor istft(
        Tensor input, long n_fft, long hop_length = -1, long win_length = -1, Tensor? window = null,
        bool center = true, bool normalized = false, bool? onesided = null, long length = -1,
        bool return_complex = false) =>
        Aten.Call(
            "istft", input, n_fft, Given(hop_length), Given(win_length), window, center, normalized, onesided,
            Given(length), return_complex);

    public static Tensor bartlett_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "bartlett_window.periodic", len, periodic, dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor blackman_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "blackman_window.periodic", len, periodic, dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor hamming_window(
        long len, bool periodic = true, float alpha = 0.54f, float beta = 0.46f, ScalarType? dtype = null,
        Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "hamming_window.periodic_alpha_beta", len, periodic, (double)alpha, (double)beta,
                dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor hann_window(
        long len, bool periodic = true, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "hann_window.periodic", len, periodic, dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor kaiser_window(
        long len, bool periodic = true, double beta = 12.0, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "kaiser_window.beta", len, periodic, beta, dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    private static Arg Given(long value) => value < 0 ? Arg.None : value;
}
