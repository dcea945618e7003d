using EdgeRestore.Daemon.OpenInference;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>Requests count for the package that computed them, also while another one takes over.</summary>
public sealed class InferenceStatisticsTests : IDisposable
{
    private const string Model = "restore-noise";

    private static readonly TimeSpan Time = TimeSpan.FromMilliseconds(2);

    private readonly PackageTesting _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public void RequestOfThePackageBefore_LeavesTheCountsOfTheNextAlone()
    {
        var statistics = new InferenceStatistics(TimeProvider.System);
        var (before, next) = (Open("1.0.0", 2), Open("2.0.0", 10));
        statistics.Succeeded(Model, before, Time, [new SingleReply()]);
        statistics.Succeeded(Model, next, Time, [new SingleReply(), new SingleReply()]);

        statistics.Succeeded(Model, before, Time, [new SingleReply()]);
        statistics.Failed(Model, before, Time);

        Assert.Equal(("2.0.0", 2UL, 1UL, 0UL), Read(statistics, next));
        Assert.Equal(("1.0.0", 2UL, 2UL, 1UL), Read(statistics, before));
    }

    [Fact]
    public void PackagesOfEqualVersions_AreCountedApart()
    {
        var statistics = new InferenceStatistics(TimeProvider.System);
        var one = Open("1.0.0", 2);
        var other = new TestPackage { Name = "other", Version = "1.0.0" }.Write(_packages.Folder.Combine("other"));

        statistics.Succeeded(Model, one, Time, [new SingleReply()]);

        Assert.Equal(("1.0.0", 0UL, 0UL, 0UL), Read(statistics, other));
        Assert.Equal(("1.0.0", 1UL, 1UL, 0UL), Read(statistics, one));
    }

    [Fact]
    public async Task RequestThatWaitsWhileAnotherVersionTakesOver_CountsForThatOne()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync();
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        await service.ModelInferAsync(Request()).ResponseAsync.WaitAsync(Patience.Limit);

        // Before its decoding, which a version that takes over does not wait for.
        var gate = daemon.Streams.CodecGate;
        var held = gate.CurrentCount;
        for (var index = 0; index < held; index++)
        {
            Assert.True(await gate.WaitAsync(Patience.Limit));
        }

        var waiting = service.ModelInferAsync(Request()).ResponseAsync;
        await Patience.UntilSeenAsync(() => daemon.Streams.Memory.ReservedBytes, bytes => bytes > 0);
        await daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0").WaitAsync(Patience.Limit);
        gate.Release(held);
        var answer = await waiting.WaitAsync(Patience.Limit);

        Assert.Equal(("2.0.0", 10), (answer.ModelVersion, answer.RawOutputContents[0][TestFrames.BlueOffset]));
        var counted = await service.ModelStatisticsAsync(new ModelStatisticsRequest { Name = Model })
            .ResponseAsync.WaitAsync(Patience.Limit);
        var model = Assert.Single(counted.ModelStats);
        Assert.Equal(("2.0.0", 1UL, 1UL), (model.Version, model.InferenceCount, model.InferenceStats.Success.Count));
    }

    private static (string Version, ulong Frames, ulong Succeeded, ulong Failed) Read(
        InferenceStatistics statistics, ModelPackage package)
    {
        var model = statistics.Read(Model, package);
        return (
            model.Version, model.InferenceCount, model.InferenceStats.Success.Count, model.InferenceStats.Fail.Count);
    }

    private static ModelInferRequest Request() => Streaming.InferRequest(Model);

    private ModelPackage Open(string version, int levels) => ModelPackage.Open(_packages.Write(version, levels));
}
