using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

public sealed class RestorerTests
{
    [Fact]
    public void Restore_EveryDegradation_TakesItsRoute()
    {
        using var loaded = new LoadedPackage();

        foreach (var degradation in DegradationNames.All)
        {
            var router = loaded.Restorer.CreateRouter(new RoutingOptions());
            var (result, blue) = loaded.Restore(router, degradation);

            Assert.Equal(RestoreError.None, result.Error);
            Assert.Equal(degradation, result.Route);
            Assert.Equal(degradation == Degradation.Clear, result.Bypassed);
            Assert.Equal(TestPackage.LevelsOf(degradation), blue);
            Assert.InRange(result.Confidence, 0.99f, 1f);
            Assert.True(result.Classify > TimeSpan.Zero);
        }
    }

    [Fact]
    public void Restore_RoutesThatLeadToOneGraph_BuildItOnce()
    {
        using var loaded = new LoadedPackage(new TestPackage { IsOneGraph = true });
        var route = loaded.Restorer.Package.Manifest.Routes[^1];

        // Without the file no second engine can be built.
        File.Delete(loaded.Restorer.Package.GetPath(route.File));
        loaded.Restorer.Preload(CancellationToken.None);

        var (result, blue) = loaded.Restore(
            loaded.Restorer.CreateRouter(LoadedPackage.Fixed(route.Degradation)), Degradation.Clear);
        Assert.Equal(RestoreError.None, result.Error);
        Assert.Equal(TestPackage.LevelsOf(loaded.Restorer.Package.Manifest.Routes[0].Degradation), blue);
    }

    [Fact]
    public void Restore_LowConfidence_PassesThrough()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());

        var (result, blue) = loaded.Restore(router, Degradation.Snow, isCertain: false, blue: 7);

        Assert.Equal(RestoreError.None, result.Error);
        Assert.Equal(BypassReason.Unsure, result.Bypass);
        Assert.InRange(result.Confidence, 0.07f, 0.09f);
        Assert.Equal(7, blue);
    }

    [Fact]
    public void Restore_FixedRoute_IsTakenWithoutClassification()
    {
        using var loaded = new LoadedPackage(new TestPackage { Classifier = TestClassifier.NotANumber });
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Haze));

        var (result, blue) = loaded.Restore(router, Degradation.Noise);

        Assert.Equal((RestoreError.None, Degradation.Haze, false, 1f),
            (result.Error, result.Route, result.Bypassed, result.Confidence));
        Assert.Equal(TestPackage.LevelsOf(Degradation.Haze), blue);
        Assert.Equal(TimeSpan.Zero, result.Classify);
    }

    [Fact]
    public void Restore_FixedRouteClear_PassesThrough()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Clear));

        var (result, blue) = loaded.Restore(router, Degradation.Noise, blue: 9);

        Assert.Equal(BypassReason.Clear, result.Bypass);
        Assert.Equal(9, blue);
    }

    [Theory]
    [InlineData(0f, 100)]
    [InlineData(0.25f, 110)]
    [InlineData(0.5f, 120)]
    [InlineData(1f, 140)]
    public void Restore_Strength_BlendsWithTheInput(float strength, byte expected)
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.Add(40)));
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));

        var (result, blue) = loaded.Restore(router, Degradation.Noise, blue: 100, strength: strength);

        Assert.Equal(expected, blue);
        Assert.Equal(strength == 0 ? BypassReason.NoStrength : BypassReason.None, result.Bypass);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(17, 31)]
    [InlineData(101, 67)]
    [InlineData(640, 480)]
    [InlineData(1, 16)]
    [InlineData(16, 15)]
    public void Restore_AnySize_IsRestoredOrRefusedWithItsLimit(int width, int height)
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));

        var (result, blue) = loaded.Restore(router, Degradation.Noise, blue: 50, width: width, height: height);

        if (width >= 16 && height >= 16)
        {
            Assert.Equal((RestoreError.None, (byte)52), (result.Error, blue));
        }
        else
        {
            Assert.Equal((RestoreError.Input, false, (byte)50), (result.Error, result.Bypassed, blue));
            Assert.Equal(
                $"The frame is too small: found {width}x{height}, allowed are sides of 16 pixels or more. " +
                "Send larger frames.",
                result.Detail);
        }
    }

    [Fact]
    public void Restore_FrameBeyondMaxFramePixels_IsRefused()
    {
        using var loaded = new LoadedPackage(
            options: new RestorerOptions { Device = "cpu", MaxFramePixels = 64 * 48 });
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());

        var (taken, _) = loaded.Restore(router, Degradation.Noise);
        var (refused, blue) = loaded.Restore(router, Degradation.Noise, blue: 3, height: 49);

        Assert.Equal(RestoreError.None, taken.Error);
        Assert.Equal(RestoreError.Input, refused.Error);
        Assert.Contains("found 64x49, allowed are 3072 pixels", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(3, blue);
    }

    [Fact]
    public void Restore_SizesInTurns_EachGivesItsOwnResult()
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.Slow(1)));
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));

        // More sizes than a slot keeps bound, growing and shrinking, each coming back.
        for (var index = 0; index < 160; index++)
        {
            var side = 16 + (index * 37 % 80);
            var (result, blue) = loaded.Restore(
                router, Degradation.Noise, blue: (byte)index, width: side, height: 120 - side);
            Assert.Equal((RestoreError.None, (byte)index), (result.Error, blue));
        }
    }

    [Fact]
    public void Restore_NotANumber_PassesThatFrameThroughAndSaysWhy()
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.NotANumberAtWhite()));
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Rain));

        var (before, _) = loaded.Restore(router, Degradation.Rain, blue: 254);
        var (bad, blue) = loaded.Restore(router, Degradation.Rain, blue: 255);
        var (after, _) = loaded.Restore(router, Degradation.Rain, blue: 254);

        Assert.Equal(RestoreError.None, before.Error);
        Assert.Equal((RestoreError.None, BypassReason.BadOutput, (byte)255), (bad.Error, bad.Bypass, blue));
        Assert.Contains(
            "'rain.onnx/fp32 on cpu' gave 3072 values that are not finite", bad.Detail, StringComparison.Ordinal);
        Assert.Equal(RestoreError.None, after.Error);
    }

    [Fact]
    public void Restore_ClassifierGivesNotANumber_PassesTheFrameThroughAndSaysWhy()
    {
        using var loaded = new LoadedPackage(new TestPackage { Classifier = TestClassifier.NotANumber });
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());

        var (result, blue) = loaded.Restore(router, Degradation.Rain, blue: 5);

        Assert.Equal((RestoreError.None, BypassReason.BadOutput, (byte)5), (result.Error, result.Bypass, blue));
        Assert.Contains("The classifier 'classifier.onnx' gave", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_EngineFails_SaysWhichAndTheNextFrameGoesOn()
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.FailsUnless(64, 64)));
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Blur));

        var (failed, blue) = loaded.Restore(router, Degradation.Blur, blue: 11, width: 80, height: 64);
        var (good, _) = loaded.Restore(router, Degradation.Blur, width: 64, height: 64);

        Assert.Equal((RestoreError.Engine, (byte)11), (failed.Error, blue));
        Assert.Contains("Engine 'blur.onnx/fp32 on cpu' failed", failed.Detail, StringComparison.Ordinal);
        Assert.Equal(RestoreError.None, good.Error);
    }

    [Fact]
    public void Restore_AlreadyCancelled_IsCancelledWithTheInputAsOutput()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Blur));
        using var input = TestFrames.Create(64, 48, Degradation.Blur, blue: 77);
        using var output = Frame.Rent(64, 48, PixelFormat.Rgb24);

        var result = loaded.Restorer.Restore(input, output, router, 1, new CancellationToken(canceled: true));

        Assert.Equal(RestoreError.Canceled, result.Error);
        Assert.True(input.Pixels.SequenceEqual(output.Pixels));
    }

    [Fact]
    public void Restore_CallersMistakes_Throw()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());
        using var rgb = TestFrames.Create(64, 48, Degradation.Blur);
        using var gray = Frame.Rent(64, 48, PixelFormat.Gray8);
        using var small = Frame.Rent(64, 47, PixelFormat.Rgb24);

        Assert.Throws<ArgumentException>(() => loaded.Restorer.Restore(gray, rgb, router, 1, default));
        Assert.Throws<ArgumentException>(() => loaded.Restorer.Restore(rgb, small, router, 1, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Restorer.Restore(rgb, rgb, router, float.NaN, default));
        Assert.Throws<ArgumentOutOfRangeException>(() => loaded.Restorer.Restore(rgb, rgb, router, 1.01f, default));
    }

    [Fact]
    public void Restore_AfterDispose_Throws()
    {
        var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());
        loaded.Dispose();

        Assert.Throws<ObjectDisposedException>(() => loaded.Restore(router, Degradation.Noise));
    }
}
