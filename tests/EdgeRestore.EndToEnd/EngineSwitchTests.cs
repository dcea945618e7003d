using EdgeRestore.Daemon.Hosting;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// A daemon serves on the step below until a TensorRT engine is there, then switches between two frames.
/// </summary>
public sealed class EngineSwitchTests : IDisposable
{
    private const int EnginesTakenEvent = 8;
    private const int Below = 2;
    private const int OnEngine = 3;

    private readonly TemporaryFolder _folder = new();
    private readonly EngineCache _cache;

    public EngineSwitchTests() => _cache = new EngineCache(_folder.Combine("engines"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EngineIsBuiltWhileStreamsRun_TheySwitchWithoutLosingAFrame()
    {
        // The CPU stands in for TensorRT, which no test machine has: its engine adds one level more.
        TestPackage.Of(new TestNetwork.Add(OnEngine)).Write(_folder.Combine("engine"));
        var clock = new ManualClock();
        ModelPackage? package = null;
        await using var daemon = await RunningDaemon.StartAsync(
            TestPackage.Of(new TestNetwork.Add(Below)), clock: clock, load: (opened, options) =>
            {
                package = opened;
                return (Restorer.Load(opened, options, new EngineSource(_cache, TestEngines.Device, Open)), "cpu");
            });
        await using var stream = await RunningStream.StartAsync(daemon);
        await stream.AdvanceAsync(daemon, 3);
        var before = (await daemon.CreateClient().GetStatusAsync()).Providers[0];
        Assert.Equal(("tensorrt", false), (before.Name, before.Used));

        Publish(package!);
        await clock.WaitForTimerAsync(EngineRefresh.Interval);
        clock.Advance(EngineRefresh.Interval);
        var after = await Patience.UntilAsync(
            async () => (await daemon.CreateClient().GetStatusAsync()).Providers[0], provider => provider.Used);
        await stream.AdvanceAsync(daemon, 8);

        Assert.Contains("1 engines: ", after.Reason, StringComparison.Ordinal);
        await Patience.UntilSeenAsync(() => daemon.Log.Texts(EnginesTakenEvent).Count, count => count == 1);
        var replies = await stream.StopAsync();
        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
        var levels = replies.Select(PackageTesting.LevelsOf).ToList();
        Assert.Equal([Below, OnEngine], levels.Distinct());
    }

    private Engine Open(ModelPackage package, CachedEngine cached) =>
        TestEngines.Open(cached, _folder.Combine("engine"));

    private void Publish(ModelPackage package) => TestEngines.Publish(
        _cache, package,
        package.Manifest.Routes.Single(route => route.Degradation == Degradations.Degradation.Noise).File,
        $"{Streaming.Width}x{Streaming.Height}");
}
