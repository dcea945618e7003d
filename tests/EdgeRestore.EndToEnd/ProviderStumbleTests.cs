using EdgeRestore.Daemon.Packages;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// A frame that a device stumbles over is run again, told as such, and moves its stream's routing once.
/// </summary>
public sealed class ProviderStumbleTests : IDisposable
{
    private const int ClassifyEveryFrames = 8;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DeviceStumbles_EveryFrameIsRestoredAndClassifiedInItsTurn()
    {
        var package = TestPackage.Of(new TestNetwork.Stumbles()).Write(_folder.Combine("package"));

        // A CPU that stands in for a device: no machine has one that stumbles when it is told to.
        var served = new ServedPackage(
            Restorer.Load(package, new RestorerOptions { Device = "cpu", RetryCount = 1 }), "cuda",
            TimeProvider.System);
        var retriedOn = new List<string>();
        served.FrameRetried = retriedOn.Add;
        var router = served.CreateRouter(new RoutingOptions { ClassifyEveryFrames = ClassifyEveryFrames });
        using var input = TestFrames.Create(64, 48, Degradation.Snow);
        using var output = Frame.Rent(64, 48, PixelFormat.Rgb24);
        for (var index = 0; index < 8 * ClassifyEveryFrames; index++)
        {
            var result = served.Restore(input, output, router, 1, CancellationToken.None);

            Assert.Equal((RestoreError.None, BypassReason.None), (result.Error, result.Bypass));
            Assert.Equal(index % ClassifyEveryFrames == 0, result.Classify > TimeSpan.Zero);
        }

        Assert.NotEmpty(retriedOn);
        Assert.All(retriedOn, device => Assert.Equal("cuda", device));
        served.Retire();
        await served.Freed.WaitAsync(Patience.Limit);
    }
}
