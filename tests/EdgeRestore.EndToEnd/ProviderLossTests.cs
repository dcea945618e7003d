using EdgeRestore.Daemon.Packages;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>A device that fails in service is left for the one below it, and frames go on meanwhile.</summary>
public sealed class ProviderLossTests : IDisposable
{
    private const int ProviderLostEvent = 40;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task DeviceFailsAgainAndAgain_TheNextTakesOverAndNoFrameFails()
    {
        // A device that passes its probe and fails in service, which no machine has to order: a package that does so.
        TestPackage.Of(new TestNetwork.FailsUnless(64, 64)).Write(_folder.Combine("failing"));
        TestPackage.Of(new TestNetwork.Add(2)).Write(_folder.Combine("good"));
        await using var daemon = await RunningDaemon.StartAsync(
            TestPackage.Of(new TestNetwork.Add(2)), load: LoadFailingCuda);
        daemon.AnnouncedErrors.Add("Provider cuda fails again and again; cpu takes over");
        await using var stream = await RunningStream.StartAsync(daemon);
        var client = daemon.CreateClient();

        await Patience.UntilAsync(() => client.GetStatusAsync(), status => status.Device == "cpu");
        await stream.AdvanceAsync(daemon, 10);

        var providers = (await client.GetStatusAsync()).Providers;
        Assert.Equal(
            ["cuda", "cpu"], providers.Select(provider => provider.Name).Where(name => name != "tensorrt").Distinct());
        Assert.Contains("failed in service", providers[0].Reason, StringComparison.Ordinal);

        var replies = await stream.StopAsync();
        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
        Assert.Equal((true, BypassReason.DeviceFault), (replies[0].Bypassed, replies[0].BypassReason));
        Assert.Equal(0, PackageTesting.LevelsOf(replies[0]));
        Assert.False(replies[^1].Bypassed);
        Assert.Equal(2, PackageTesting.LevelsOf(replies[^1]));
        Assert.NotEmpty(daemon.Log.Texts(ProviderLostEvent));
    }

    // Only what takes over is loaded whole.
    private (Restorer Restorer, string Device) LoadFailingCuda(ModelPackage package, RestorerOptions options) =>
        options.Preload
            ? (Restorer.Load(ModelPackage.Open(_folder.Combine("good")), options), "cpu")
            : (Restorer.Load(ModelPackage.Open(_folder.Combine("failing")), options), "cuda");
}
