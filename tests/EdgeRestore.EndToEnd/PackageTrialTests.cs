using EdgeRestore.Client;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>A version that is no good does not get, or does not keep, the streams.</summary>
public sealed class PackageTrialTests : IDisposable
{
    private const int RolledBackEvent = 33;

    private readonly PackageTesting _packages = new();

    public static TheoryData<TestNetwork, string> BadNetworks => new()
    {
        { new TestNetwork.Add(-300), "black picture" },
        { new TestNetwork.Add(300), "white picture" },
        { new TestNetwork.NotANumberAtWhite(), "not finite" },
        { new TestNetwork.Unbuildable(), "No provider runs this package" },
        { new TestNetwork.Add(90), "agrees to" },
        { new TestNetwork.FailsUnless(16, 16), "No provider runs this package" },
    };

    public void Dispose() => _packages.Dispose();

    [Theory]
    [MemberData(nameof(BadNetworks))]
    public async Task ProbeFails_RefusesTheVersionAndServesTheOld(TestNetwork network, string expected)
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", network));
        await using var daemon = await _packages.StartAsync();
        await using var stream = await RunningStream.StartAsync(daemon);

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0"));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        await stream.AdvanceAsync(daemon, 3);
        Assert.All(await stream.StopAsync(), reply => Assert.Equal(2, PackageTesting.LevelsOf(reply)));
        Assert.Equal("1.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
    }

    [Fact]
    public async Task FailsAtTheSizeOfAnOpenStream_IsRefusedBeforeItsFrames()
    {
        // The probe's size is all that it can do.
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.FailsUnless(64, 64)));
        await using var daemon = await _packages.StartAsync();
        var packages = daemon.CreateClient().Packages;
        await using var stream = await PackageTesting.OpenStreamAsync(daemon);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        await PackageTesting.SendOneAsync(stream, replies);

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => packages.ActivateAsync(PackageTesting.Name, "2.0.0"));

        Assert.Contains("64x48 on route noise failing", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, PackageTesting.LevelsOf(await PackageTesting.SendOneAsync(stream, replies)));
        Assert.Equal("1.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);

        // Without that stream nothing keeps it out.
        await stream.DisposeAsync();
        await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, count => count == 0);
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
    }

    [Fact]
    public async Task FailsOnARouteThatAnOpenStreamMayTake_IsRefusedBeforeItDoes()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.FailsUnless(64, 64)));
        await using var daemon = await _packages.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        await stream.SendAsync(Streaming.Paint(Degradation.Rain)).AsTask().WaitAsync(Patience.Limit);
        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        Assert.Equal(Degradation.Rain, replies.Current.Route);

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0"));

        Assert.Contains("64x48 on route noise failing", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamOfTheInferenceProtocol_IsWarmedUpForAsOthersAre()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.FailsUnless(64, 64)));
        await using var daemon = await _packages.StartAsync();
        var service = new Protocol.Inference.GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        var request = new Protocol.Inference.ModelInferRequest
        {
            ModelName = "restore-noise",
            Inputs =
            {
                new Protocol.Inference.ModelInferRequest.Types.InferInputTensor
                {
                    Name = "frame", Datatype = "UINT8", Shape = { Streaming.Height, Streaming.Width, 3 },
                },
            },
            RawInputContents = { Google.Protobuf.ByteString.CopyFrom(Streaming.Paint()) },
        };
        using (var call = service.ModelStreamInfer())
        {
            await call.RequestStream.WriteAsync(request).WaitAsync(Patience.Limit);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience.Limit));
            Assert.Empty(call.ResponseStream.Current.ErrorMessage);

            var exception = await Assert.ThrowsAsync<DaemonException>(
                () => daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0"));
            Assert.Contains("64x48 on route noise failing", exception.Message, StringComparison.Ordinal);
        }

        // What has ended is warmed up for too, and keeps nothing out.
        await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, count => count == 0);
        Assert.Equal(
            new FrameShape(Streaming.Width, Streaming.Height, Degradation.Noise),
            Assert.Single(daemon.Streams.Registry.ReadLeftShapes()));
        await daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0");
    }

    [Fact]
    public async Task RouteMissing_RefusesTheVersion()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)));
        var fewer = new TestPackage { Name = PackageTesting.Name, Version = "2.0.0" };
        fewer = fewer with { Routes = fewer.Routes.Remove(Degradations.Degradation.Rain) };
        fewer.Write(_packages.Folder.Combine("fewer"));
        _packages.OpenRepository().Install(_packages.Folder.Combine("fewer"));
        await using var daemon = await _packages.StartAsync();

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0"));

        Assert.Contains("no subnetwork for rain", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BadFramesInService_RollBackByItselfAndSayWhy()
    {
        _packages.Install(
            ("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.NotANumberAt(PackageTesting.Trap)));
        await using var daemon = await _packages.StartAsync(_packages.Options(trialBadFrames: 2));
        daemon.AnnouncedErrors.Add("test 2.0.0 was rolled back to test 1.0.0");
        var packages = daemon.CreateClient().Packages;
        await using var stream = await RunningStream.StartAsync(daemon);
        await stream.AdvanceAsync(daemon, 2);

        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        var status = await Patience.UntilAsync(() => packages.ListAsync(), now => now.Refused.Count > 0);
        await stream.AdvanceAsync(daemon, 5);

        Assert.Equal(PackageState.Serving, PackageTesting.StateOf(status, "1.0.0"));
        Assert.Null(status.Trial);
        var refused = Assert.Single(status.Refused);
        Assert.Equal("2.0.0", refused.Version);
        Assert.Contains("not finite", refused.Reason, StringComparison.Ordinal);
        Assert.Single(daemon.Log.Texts(RolledBackEvent));
        var replies = await stream.StopAsync();
        Assert.Equal(RestoreError.None, replies[^1].Error);
        Assert.Equal(2, PackageTesting.LevelsOf(replies[^1]));
        Assert.Equal(3, replies.Count(reply => reply.BypassReason == BypassReason.BadOutput));

        var activation = _packages.OpenRepository().ReadActivation();
        Assert.Equal(("1.0.0", null), (activation.Active!.Version, activation.TrialStartCount));
    }

    [Fact]
    public async Task Canary_TakesItsShareOfStreams_ThenAll()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync(_packages.Options(trialFrames: 8));
        var packages = daemon.CreateClient().Packages;
        var status = await packages.ActivateAsync(PackageTesting.Name, "2.0.0", share: 0.5);
        Assert.Equal(0.5, status.Trial.Share);
        Assert.Equal("1.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);

        var levels = new List<int>();
        for (var index = 0; index < 8; index++)
        {
            await using var stream = await PackageTesting.OpenStreamAsync(daemon);
            levels.AddRange((await stream.ExchangeAsync(Streaming.Paint())).Select(PackageTesting.LevelsOf));
        }

        Assert.Equal(4, levels.Count(level => level == 10));
        Assert.Equal(4, levels.Count(level => level == 2));

        await using var last = await RunningStream.StartAsync(daemon);
        await using var another = await RunningStream.StartAsync(daemon);
        await Patience.UntilAsync(() => packages.ListAsync(), now => now.Trial is null);
        await last.AdvanceAsync(daemon, 5);
        await another.AdvanceAsync(daemon, 5);
        Assert.Equal(10, PackageTesting.LevelsOf((await last.StopAsync())[^1]));
        Assert.Equal(10, PackageTesting.LevelsOf((await another.StopAsync())[^1]));
        Assert.Equal("2.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
    }

    [Fact]
    public async Task CanaryThatIsBad_IsTakenOutAndNeverActivated()
    {
        _packages.Install(
            ("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.NotANumberAt(PackageTesting.Trap)));
        await using var daemon = await _packages.StartAsync(_packages.Options(trialBadFrames: 0));
        daemon.AnnouncedErrors.Add("test 2.0.0 was rolled back to test 1.0.0");
        var packages = daemon.CreateClient().Packages;
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0", share: 0.5);
        await using var first = await RunningStream.StartAsync(daemon);
        await using var second = await RunningStream.StartAsync(daemon);

        var status = await Patience.UntilAsync(() => packages.ListAsync(), now => now.Refused.Count > 0);

        Assert.Null(status.Trial);
        Assert.Equal(PackageState.Installed, PackageTesting.StateOf(status, "2.0.0"));
        Assert.Equal("1.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
    }

    [Fact]
    public async Task TrialWithoutFrames_EndsWellWithItsTime()
    {
        var clock = new ManualClock();
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync(clock: clock);
        var packages = daemon.CreateClient().Packages;
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");

        var trialTime = TimeSpan.FromSeconds(_packages.Options().TrialSeconds);
        await clock.WaitForTimerAsync(trialTime);
        clock.Advance(trialTime);

        var status = await Patience.UntilAsync(() => packages.ListAsync(), now => now.Trial is null);
        Assert.Equal(PackageState.Serving, PackageTesting.StateOf(status, "2.0.0"));
    }
}
