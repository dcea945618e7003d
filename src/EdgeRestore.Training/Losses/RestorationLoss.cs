using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Losses;

/// <summary>
/// What a restored patch is judged by: L1 + 0.1 FFT-L1, as SymUNet is trained (basicsr image_restoration_model.py of
/// arXiv 2512.10581), or the terms that a recipe weighs.
/// </summary>
internal static class RestorationLoss
{
    // The published weight of the Fourier term belongs to the published patch of 128 x 128.
    private const double PublishedSide = 128;

    // MPRNet's losses.py (arXiv 2102.02808): sqrt(d^2 + eps^2).
    private const double CharbonnierEps = 1e-3;

    // restored, clean: (N, 3, H, W) float32, [0, 1]
    public static Tensor Compute(Tensor restored, Tensor clean, LossRecipe weights)
    {
        List<Tensor> terms = [];
        if (weights.L1 > 0)
        {
            terms.Add(Weighted(L1(restored, clean), weights.L1));
        }

        if (weights.Fourier > 0)
        {
            terms.Add(FourierL1(restored, clean)
                .mul(FourierWeightFor(weights.Fourier, clean.shape[2], clean.shape[3])));
        }

        if (weights.Charbonnier > 0)
        {
            terms.Add(Weighted(Charbonnier(restored, clean), weights.Charbonnier));
        }

        if (weights.MsSsim > 0)
        {
            terms.Add(Weighted(MultiScaleSsim.Compute(restored, clean).neg().add(1), weights.MsSsim));
        }

        return terms.Aggregate((sum, term) => sum.add(term));
    }

    /// <summary>
    /// The weight that makes the Fourier term of another patch size weigh what it weighs at 128 x 128: coefficients of
    /// an unnormalised transform grow with sqrt(H W).
    /// </summary>
    public static double FourierWeightFor(double weight, long height, long width) =>
        weight * PublishedSide / Math.Sqrt((double)height * width);

    public static Tensor L1(Tensor restored, Tensor clean) => restored.sub(clean).abs().mean();

    /// <summary>mean |stack(Re, Im)(fft2(restored)) - stack(Re, Im)(fft2(clean))|, unnormalised.</summary>
    public static Tensor FourierL1(Tensor restored, Tensor clean)
    {
        // The transform is linear: one transform of the difference replaces two.
        var spectrum = torch.fft.fft2(restored.sub(clean).contiguous());
        return torch.view_as_real(spectrum).abs().mean();
    }

    public static Tensor Charbonnier(Tensor restored, Tensor clean) =>
        restored.sub(clean).square().add(CharbonnierEps * CharbonnierEps).sqrt().mean();

    private static Tensor Weighted(Tensor term, double weight) => weight == 1 ? term : term.mul(weight);
}
