using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

public sealed class AllocationTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("fixed")]
    [InlineData("every frame classified")]
    [InlineData("passing through")]
    public void Restore_AfterWarmUp_AllocatesNothing(string way)
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(way switch
        {
            "fixed" => LoadedPackage.Fixed(Degradation.Snow),
            "every frame classified" => new RoutingOptions { ClassifyEveryFrames = 1 },
            _ => new RoutingOptions(),
        });
        using var input = TestFrames.Create(
            320, 240, way == "passing through" ? Degradation.Clear : Degradation.Snow);
        using var output = Frame.Rent(320, 240, PixelFormat.Rgb24);
        using var source = new CancellationTokenSource();

        Assert.Equal(0, AllocatedBytes(() => loaded.Restorer.Restore(input, output, router, 1, source.Token)));
    }

    [Fact]
    public void Restore_WhileRoutesSwitch_AllocatesNothing()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 2, HysteresisCount = 1 });
        using var snow = TestFrames.Create(320, 240, Degradation.Snow);
        using var rain = TestFrames.Create(320, 240, Degradation.Rain);
        using var output = Frame.Rent(320, 240, PixelFormat.Rgb24);
        var index = 0;

        Assert.Equal(0, AllocatedBytes(() =>
            loaded.Restorer.Restore(index++ / 10 % 2 == 0 ? snow : rain, output, router, 1, default)));
    }

    // Its graphs have operators of our own.
    [Theory]
    [InlineData("fp32")]
    [InlineData("int8")]
    public void Restore_DefaultPackage_AllocatesNothing(string precision)
    {
        var package = ModelPackage.Open(Path.Combine(Checkout.Root, "deploy/models/edgerestore-default"));
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu", Precision = precision });
        var router = restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));
        using var input = TestFrames.Create(64, 64, Degradation.Noise);
        using var output = Frame.Rent(64, 64, PixelFormat.Rgb24);

        Assert.Equal(0, AllocatedBytes(() => restorer.Restore(input, output, router, 1, default)));
    }

    [Fact]
    public void AllocatedBytes_PathThatAllocates_IsCaught()
    {
        using var loaded = new LoadedPackage();
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Snow));
        using var input = TestFrames.Create(320, 240, Degradation.Snow);

        Assert.NotEqual(0, AllocatedBytes(() =>
        {
            using var output = Frame.Rent(320, 240, PixelFormat.Rgb24);
            return loaded.Restorer.Restore(input, output, router, 1, default);
        }));
    }

    private static long AllocatedBytes(Func<RestoreResult> restore)
    {
        var failedCount = 0;
        var bytes = AllocationMeter.LeastBytes(
            () => failedCount += restore().Error == RestoreError.None ? 0 : 1, frameCount: 60);
        Assert.Equal(0, failedCount);
        return bytes;
    }
}
