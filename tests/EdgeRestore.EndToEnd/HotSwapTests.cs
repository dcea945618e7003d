using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>A version takes over between two frames of streams that run; no frame fails or is lost.</summary>
public sealed class HotSwapTests : IDisposable
{
    private readonly PackageTesting _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public async Task ActivationUnderLoad_FailsNoFrameAndSwitchesOnce()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync(_packages.Options(trialFrames: 10));
        await using var first = await RunningStream.StartAsync(daemon);
        await using var second = await RunningStream.StartAsync(daemon);
        await first.AdvanceAsync(daemon, 5);
        await second.AdvanceAsync(daemon, 1);
        var before = daemon.Streams.Packages.Current;

        var client = daemon.CreateClient();
        var status = await client.Packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        await first.AdvanceAsync(daemon, 20);
        await second.AdvanceAsync(daemon, 20);

        Assert.NotEqual(PackageState.Installed, PackageTesting.StateOf(status, "2.0.0"));
        foreach (var stream in new[] { first, second })
        {
            var replies = await stream.StopAsync();
            Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
            Assert.Equal(
                Enumerable.Range(1, replies.Count).Select(n => (ulong)n), replies.Select(reply => reply.Sequence));
            var levels = replies.Select(PackageTesting.LevelsOf).ToList();
            Assert.Equal(levels.Order(), levels);
            Assert.Equal([2, 10], levels.Distinct());
        }

        // The trial is over, and the old version's engines are freed when its last frame has left.
        await before.Freed.WaitAsync(Patience.Limit);
        await Patience.UntilAsync(() => client.Packages.ListAsync(), now => now.Trial is null);
        Assert.Equal("2.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
        Assert.Null(_packages.OpenRepository().ReadActivation().TrialStartCount);
    }

    [Fact]
    public async Task ActivationOfALoadedVersion_NeedsNoMoreThanTheSwitch()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync();
        var packages = daemon.CreateClient().Packages;

        var loaded = await packages.LoadAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal(PackageState.Loaded, PackageTesting.StateOf(loaded, "2.0.0"));
        Assert.Equal(PackageState.Serving, PackageTesting.StateOf(loaded, "1.0.0"));

        // Its files are not needed any more.
        File.Delete(Path.Combine(_packages.RepositoryPath, PackageTesting.Name, "2.0.0", "noise.onnx"));
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");

        await using var stream = await PackageTesting.OpenStreamAsync(daemon);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        Assert.Equal(10, PackageTesting.LevelsOf(await PackageTesting.SendOneAsync(stream, replies)));
    }

    [Fact]
    public async Task Unload_GivesTheMemoryBack_AndTheVersionCanStillBeActivated()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync();
        var packages = daemon.CreateClient().Packages;
        await packages.LoadAsync(PackageTesting.Name, "2.0.0");

        var unloaded = await packages.UnloadAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal(PackageState.Installed, PackageTesting.StateOf(unloaded, "2.0.0"));

        var active = await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal(PackageState.OnTrial, PackageTesting.StateOf(active, "2.0.0"));
        Assert.Equal("2.0.0", (await daemon.CreateClient().GetStatusAsync()).Package.Version);
    }

    [Fact]
    public async Task Rollback_ReturnsToTheVersionBefore()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync(_packages.Options(trialFrames: 1));
        var packages = daemon.CreateClient().Packages;
        await using var stream = await PackageTesting.OpenStreamAsync(daemon);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal(10, PackageTesting.LevelsOf(await PackageTesting.SendOneAsync(stream, replies)));
        await Patience.UntilAsync(() => packages.ListAsync(), status => status.Trial is null);

        await packages.RollBackAsync();

        Assert.Equal(2, PackageTesting.LevelsOf(await PackageTesting.SendOneAsync(stream, replies)));
        Assert.Equal("1.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
        var again = await Assert.ThrowsAsync<Client.DaemonException>(() => packages.RollBackAsync());
        Assert.Contains("nothing to roll back to", again.Message, StringComparison.Ordinal);
    }
}
