using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Losses;

/// <summary>L1 + weight · FFT-L1, as SymUNet is trained (basicsr image_restoration_model.py of arXiv 2512.10581).</summary>
internal static class RestorationLoss
{
    /// <summary>The published weight, which belongs to the published patch of 128 x 128.</summary>
    public const double PublishedFourierWeight = 0.1;
    private const double PublishedSide = 128;

    /// <summary>
    /// The weight that makes the Fourier term of another patch size weigh what it weighs at 128 x 128: coefficients of an
    /// unnormalised transform grow with sqrt(H W).
    /// </summary>
    public static double FourierWeightFor(long height, long width) =>
        PublishedFourierWeight * PublishedSide / Math.Sqrt((double)height * width);

    // restored, clean: (N, 3, H, W) float32, [0, 1]
    public static Tensor L1(Tensor restored, Tensor clean) => restored.sub(clean).abs().mean();

    /// <summary>mean |stack(Re, Im)(fft2(restored)) - stack(Re, Im)(fft2(clean))|, unnormalised.</summary>
    public static Tensor FourierL1(Tensor restored, Tensor clean)
    {
        // The transform is linear: one transform of the difference replaces two.
        var spectrum = torch.fft.fft2(restored.sub(clean).contiguous());
        return torch.view_as_real(spectrum).abs().mean();
    }

    public static Tensor Compute(Tensor restored, Tensor clean, double fourierWeight)
    {
        var loss = L1(restored, clean);
        return fourierWeight == 0 ? loss : loss.add(FourierL1(restored, clean).mul(fourierWeight));
    }
}
