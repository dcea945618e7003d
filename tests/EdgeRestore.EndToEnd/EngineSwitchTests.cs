using EdgeRestore.Daemon.Hosting;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>A daemon serves on the step below until a TensorRT engine is there, then switches between two frames.</summary>
public sealed class EngineSwitchTests : IDisposable
{
    private const int EnginesTakenEvent = 8;
    private const int Below = 2;
    private const int OnEngine = 3;

    private static readonly DeviceIdentity Device = new()
    {
        OnnxRuntime = "1.29.0",
        TensorRt = "10.3.0",
        Cuda = "12.6",
        Driver = "540.4.0",
        ComputeCapability = "8.7",
        Gpu = "Orin",
        GpuMemoryBytes = 8L << 30,
        JetsonLinux = "R36.4.3",
        Platform = "linux-arm64",
    };

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
                return (Restorer.Load(opened, options, new EngineSource(_cache, Device, Open)), "cpu");
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

    private Engine Open(ModelPackage package, CachedEngine cached) => Engine.Build(
        new EngineName("", cached.Manifest!.File, "fp32", "tensorrt", ""),
        Path.Combine(_folder.Combine("engine"), cached.Manifest.File), ExecutionProvider.Cpu, threads: 1);

    private void Publish(ModelPackage package)
    {
        var file = package.Manifest.Routes.Single(route => route.Degradation == Degradations.Degradation.Noise).File;
        var shapes = new EngineShapes(new EngineSize(Streaming.Width, Streaming.Height));
        var key = EngineKey.Of(package, file, shapes, new BuilderOptions(), Device);
        var folder = _cache.CreateBuilding(key.Prefix);
        File.WriteAllText(Path.Combine(folder, key.Prefix + "_1_0_0_sm87.engine"), "an engine");
        _cache.Publish(folder, key.Prefix, new EngineManifest
        {
            Format = EngineManifest.CurrentFormat,
            Package = "test 1.0.0",
            File = file,
            Precision = "fp32",
            Shapes = shapes.ToString(),
            Builder = new BuilderOptions(),
            KeySha256 = key.Sha256,
            Key = key.Parts,
            BuiltAt = DateTimeOffset.UnixEpoch,
            BuildSeconds = 60,
            RunMilliseconds = 5,
            PsnrToCpu = 60,
            PartCount = 1,
            Files = [],
        });
    }
}
