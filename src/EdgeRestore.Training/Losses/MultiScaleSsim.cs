using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EdgeRestore.Training.Losses;

/// <summary>Multi-scale structural similarity as something to train towards.</summary>
/// <remarks>
/// Wang, Simoncelli and Bovik, "Multi-scale structural similarity for image quality assessment" (2003): Gaussian
/// window 11x11 of sigma 1.5, exponents of section 3.2, means over 2x2 pixels between scales. Patches too small for
/// five scales are judged at as many as hold the window, with their exponents scaled to a sum of 1.
/// </remarks>
internal static class MultiScaleSsim
{
    private const int Window = 11;
    private const double Sigma = 1.5;
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    // A power below 1 has no slope at 0, and structure may be below it.
    private const double Least = 1e-4;

    private static readonly double[] Exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    // x, y: (N, C, H, W) float32 in [0, 1]. Result: a scalar, at most 1: the mean over images and channels.
    public static Tensor Compute(Tensor x, Tensor y)
    {
        var side = Math.Min(x.shape[2], x.shape[3]);
        if (side < Window)
        {
            throw new ArgumentException(
                $"Patches of side {side} do not hold the window of {Window} pixels.", nameof(x));
        }

        var scales = 1;
        while (scales < Exponents.Length && (side >> scales) >= Window)
        {
            scales++;
        }

        var sum = Exponents.Take(scales).Sum();
        var window = BuildWindow(x.shape[1]).to(x.device);
        Tensor? product = null;
        for (var scale = 0; scale < scales; scale++)
        {
            var (luminance, structure) = Terms(x, y, window);
            var isLast = scale == scales - 1;
            var value = isLast ? luminance.mul(structure) : structure;
            var factor = value.mean([2, 3]).clamp_min(Least).pow(Exponents[scale] / sum);
            product = product is null ? factor : product.mul(factor);
            if (!isLast)
            {
                x = F.avg_pool2d(x, [2, 2]);
                y = F.avg_pool2d(y, [2, 2]);
            }
        }

        return product!.mean();
    }

    // Maps of (2 mx my + C1) / (mx^2 + my^2 + C1) and (2 sxy + C2) / (sxx + syy + C2) where the window fits.
    private static (Tensor Luminance, Tensor Structure) Terms(Tensor x, Tensor y, Tensor window)
    {
        var (mx, my) = (Mean(x), Mean(y));
        var (mxx, myy, mxy) = (mx.square(), my.square(), mx.mul(my));
        var sxx = Mean(x.square()).sub(mxx);
        var syy = Mean(y.square()).sub(myy);
        var sxy = Mean(x.mul(y)).sub(mxy);
        return (
            mxy.mul(2).add(C1).div(mxx.add(myy).add(C1)),
            sxy.mul(2).add(C2).div(sxx.add(syy).add(C2)));

        Tensor Mean(Tensor image) => F.conv2d(
            image.contiguous(), window, null,
            strides: [1, 1], padding: [0, 0], dilation: [1, 1], groups: image.shape[1]);
    }

    // (C, 1, 11, 11), one window per channel.
    private static Tensor BuildWindow(long channels)
    {
        double[] line = [.. Enumerable.Range(0, Window).Select(
            index => Math.Exp(-0.5 * Math.Pow((index - (Window / 2)) / Sigma, 2)))];
        var total = line.Sum();
        float[] values = [.. Enumerable.Range(0, checked((int)channels)).SelectMany(
            _ => line.SelectMany(a => line.Select(b => (float)(a * b / (total * total)))))];
        return torch.tensor(values, [channels, 1, Window, Window]);
    }
}
