using EdgeRestore.Training.Losses;
using EdgeRestore.Training.Recipes;
using TorchSharp;
using static TorchSharp.torch;

namespace EdgeRestore.Training.Tests.Losses;

public sealed class RestorationLossTests
{
    [Fact]
    public void Compute_Charbonnier_IsTheMeanOfRoots()
    {
        var restored = torch.tensor(new[] { 0.5f, 0.25f, 1f }, [1, 3, 1, 1]);
        var clean = torch.tensor(new[] { 0.5f, 0.75f, 0f }, [1, 3, 1, 1]);

        var loss = RestorationLoss.Compute(
            restored, clean, new LossRecipe { L1 = 0, Fourier = 0, Charbonnier = 2 }).item<float>();

        var expected = 2 * (0.001 + Math.Sqrt(0.25 + 1e-6) + Math.Sqrt(1 + 1e-6)) / 3;
        Assert.Equal(expected, loss, 1e-6);
    }

    [Fact]
    public void Compute_SeveralTerms_IsTheirWeightedSum()
    {
        var (restored, clean) = Pair(64, 0.1f);
        var alone = new[]
        {
            new LossRecipe { L1 = 0.5, Fourier = 0 },
            new LossRecipe { L1 = 0, Fourier = 0.1 },
            new LossRecipe { L1 = 0, Fourier = 0, Charbonnier = 0.3 },
            new LossRecipe { L1 = 0, Fourier = 0, MsSsim = 0.2 },
        }.Sum(weights => RestorationLoss.Compute(restored, clean, weights).item<float>());

        var together = RestorationLoss.Compute(
            restored, clean, new LossRecipe { L1 = 0.5, Fourier = 0.1, Charbonnier = 0.3, MsSsim = 0.2 });

        Assert.Equal(alone, together.item<float>(), 1e-5);
    }

    [Fact]
    public void MsSsim_OneWindow_IsTheFormulaInDouble()
    {
        // 11 x 11 pixels hold one window at one scale: SSIM itself.
        var (x, y) = Pair(11, 0.2f);

        var actual = MultiScaleSsim.Compute(x, y).item<float>();

        var expected = Enumerable.Range(0, 3).Average(channel => SsimOfWindow(
            TestTensors.ToArray(x).AsSpan(channel * 121, 121), TestTensors.ToArray(y).AsSpan(channel * 121, 121)));
        Assert.Equal(expected, actual, 1e-4);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(176)]
    public void MsSsim_EqualAndNoisierImages_FallsFromOne(int side)
    {
        var (little, clean) = Pair(side, 0.02f);
        var (much, _) = Pair(side, 0.3f);

        Assert.Equal(1, MultiScaleSsim.Compute(clean, clean).item<float>(), 1e-5);
        Assert.InRange(
            MultiScaleSsim.Compute(much, clean).item<float>(),
            0,
            MultiScaleSsim.Compute(little, clean).item<float>() - 0.01);
    }

    [Fact]
    public void MsSsim_GradientStep_RaisesIt()
    {
        var (noisy, clean) = Pair(48, 0.2f);
        using var x = noisy.detach().requires_grad_(true);
        var before = MultiScaleSsim.Compute(x, clean);
        before.backward();

        var after = MultiScaleSsim.Compute(x.detach().add(x.grad!, 50), clean).item<float>();

        Assert.True(
            after > before.item<float>() + 0.001, $"{before.item<float>()} before, {after} after a step upwards");
    }

    [Fact]
    public void AttentionDistance_OtherChannelsAndGrid_ComparesWhereActivationsAre()
    {
        var teacher = TestTensors.ToTorch(TestTensors.Image(2, 6, 8, 8));
        var sameMap = torch.cat([teacher, teacher], 1).mul(3);
        var elsewhere = teacher.flip(3);

        Assert.Equal(0, Teacher.AttentionDistance(sameMap, teacher).item<float>(), 1e-5);
        Assert.True(Teacher.AttentionDistance(elsewhere, teacher).item<float>() > 0.05);
        var half = torch.nn.functional.avg_pool2d(teacher, [2, 2]);
        Assert.InRange(Teacher.AttentionDistance(half, teacher).item<float>(), 0, 0.5);
    }

    private static (Tensor Restored, Tensor Clean) Pair(int side, float noise)
    {
        var random = new Random(side);
        var clean = new float[3 * side * side];
        var restored = new float[clean.Length];
        for (var index = 0; index < clean.Length; index++)
        {
            clean[index] = 0.5f + (0.3f * MathF.Sin(index % side / 5f)) + (0.1f * MathF.Cos(index / side / 7f));
            restored[index] = clean[index] + (noise * (random.NextSingle() - 0.5f));
        }

        return (torch.tensor(restored, [1, 3, side, side]), torch.tensor(clean, [1, 3, side, side]));
    }

    // Wang et al. 2004, equation 13, with the Gaussian window of sigma 1.5.
    private static double SsimOfWindow(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0, mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
        for (var index = 0; index < 121; index++)
        {
            var (a, b) = ((index / 11) - 5, (index % 11) - 5);
            var weight = Math.Exp(-((a * a) + (b * b)) / (2 * 1.5 * 1.5));
            sum += weight;
            mx += weight * x[index];
            my += weight * y[index];
            xx += weight * x[index] * x[index];
            yy += weight * y[index] * y[index];
            xy += weight * x[index] * y[index];
        }

        (mx, my) = (mx / sum, my / sum);
        var (vx, vy, c) = ((xx / sum) - (mx * mx), (yy / sum) - (my * my), (xy / sum) - (mx * my));
        return ((2 * mx * my) + 1e-4) * ((2 * c) + 9e-4) / (((mx * mx) + (my * my) + 1e-4) * (vx + vy + 9e-4));
    }
}
