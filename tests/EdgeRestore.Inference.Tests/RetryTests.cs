using EdgeRestore.Degradations;
using EdgeRestore.Inference.Routing;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>A frame that the device stumbles over is run again, and is one frame to its stream all the same.</summary>
public sealed class RetryTests
{
    private const int FrameCount = 60;

    private static readonly TestPackage Stumbling = TestPackage.Of(new TestNetwork.Stumbles());

    [Fact]
    public void Restore_DeviceStumbles_RouterMovesOncePerFrame()
    {
        using var steady = new LoadedPackage(TestPackage.Of(new TestNetwork.Copy()));
        using var stumbling = Load(retryCount: 1);
        var retries = 0;
        stumbling.Restorer.FrameRetried = () => retries++;

        var expected = RunStream(steady);
        var results = RunStream(stumbling);

        Assert.NotEqual(0, retries);
        Assert.All(results, result => Assert.Equal(RestoreError.None, result.Error));
        Assert.Equal(expected.Select(Story), results.Select(Story));
    }

    [Fact]
    public void Restore_DeviceFailsEveryTime_RunsAtMostOnceMore()
    {
        using var loaded = new LoadedPackage(
            TestPackage.Of(new TestNetwork.FailsUnless(64, 64)),
            new RestorerOptions { Device = "cpu", RetryCount = 1 });
        var retries = 0;
        loaded.Restorer.FrameRetried = () => retries++;

        var (result, _) = loaded.Restore(
            loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Rain)), Degradation.Rain);

        Assert.Equal((RestoreError.Engine, 1), (result.Error, retries));
    }

    [Fact]
    public void Restore_Cpu_IsNotTriedAgainUnlessAsked()
    {
        using var loaded = Load(retryCount: null);
        loaded.Restorer.FrameRetried = () => Assert.Fail("A frame was run again.");

        Assert.Contains(RunStream(loaded), result => result.Error == RestoreError.Engine);
    }

    private static LoadedPackage Load(int? retryCount) =>
        new(Stumbling, new RestorerOptions { Device = "cpu", RetryCount = retryCount });

    // When it is classified, and what is taken for it: snow, and rain for a while.
    private static (bool IsClassified, Degradation Route, float Confidence) Story(RestoreResult result) =>
        (result.Classify > TimeSpan.Zero, result.Route, result.Confidence);

    private static List<RestoreResult> RunStream(LoadedPackage loaded)
    {
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());
        return [.. Enumerable.Range(0, FrameCount).Select(index => loaded.Restore(
            router, index is >= 20 and < 40 ? Degradation.Rain : Degradation.Snow).Result)];
    }
}
