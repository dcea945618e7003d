using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;
using Xunit.Abstractions;

namespace EdgeRestore.Inference.Tests;

/// <summary>
/// The network that is served looks at the whole frame, and its tiles know that from a mosaic only; how far off are
/// they?
/// </summary>
public sealed class DefaultPackageTilingTests(ITestOutputHelper output)
{
    // Measured: 1.2 dB and 36.6 dB, both for haze+snow (docs/serving.md).
    private const double MaxLossDb = 1.5;
    private const double MinAgreementDb = 35;

    [LargePhotographFact]
    [Trait("Category", "Long")]
    public void EveryRoute_TiledIsAboutAsGoodAsWhole()
    {
        using var clean = ImageCodec.Load(LargePhotographFactAttribute.Photograph);
        var package = ModelPackage.Open(Path.Combine(Checkout.Root, "deploy/models/edgerestore-default"));
        using var whole = Restorer.Load(package, new RestorerOptions { Device = "cpu" });
        using var tiled = Restorer.Load(package, new RestorerOptions { Device = "cpu", MaxTilePixels = 262_144 });
        using var synthesizer = new DegradationSynthesizer();
        using var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
        using var one = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
        using var other = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
        var losses = new List<double>();
        var agreements = new List<double>();
        foreach (var degradation in DegradationNames.All.Where(degradation => degradation != Degradation.Clear))
        {
            var generator = new Prng(5);
            synthesizer.Apply(clean, DegradationSampler.Evaluation.Draw(degradation, ref generator), 7, degraded);
            var route = LoadedPackage.Fixed(degradation);
            Assert.Equal(RestoreError.None, whole.Restore(degraded, one, whole.CreateRouter(route), 1, default).Error);
            Assert.Equal(
                RestoreError.None, tiled.Restore(degraded, other, tiled.CreateRouter(route), 1, default).Error);
            losses.Add(Psnr.Compute(clean, one) - Psnr.Compute(clean, other));
            agreements.Add(Psnr.Compute(one, other));
            output.WriteLine(
                $"{degradation}: {Psnr.Compute(clean, degraded):F2} dB, whole {Psnr.Compute(clean, one):F2}, tiled "
                + $"{Psnr.Compute(clean, other):F2}, tiled against whole {Psnr.Compute(one, other):F1}");
        }

        Assert.InRange(losses.Max(), -10, MaxLossDb);
        Assert.InRange(agreements.Min(), MinAgreementDb, 60);
    }

    /// <summary>A test on one held-out photograph; skipped where it has not been fetched.</summary>
    private sealed class LargePhotographFactAttribute : FactAttribute
    {
        public LargePhotographFactAttribute()
        {
            if (!File.Exists(Photograph))
            {
                Skip = "The held-out photographs are not in .edgerestore/photographs.";
            }
        }

        /// <summary>1600x1200.</summary>
        public static string Photograph { get; } = Path.Combine(
            Checkout.Root, ".edgerestore/photographs/held-out/forensics-samples-files@IMG_20200608_111614.png");
    }
}
