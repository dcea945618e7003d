using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>Engines are built after the start, beside what is served.</summary>
public sealed class PreloadTests
{
    private const int PreloadedEvent = 6;
    private const int RouteUnavailableEvent = 7;

    [Fact]
    public async Task All_EveryRouteBecomesReadyWithoutAFrame()
    {
        await using var daemon = await RunningDaemon.StartAsync(preload: "all");

        var routes = await WaitForRoutesAsync(daemon, RouteState.Ready, 12);

        Assert.All(routes, route => Assert.Empty(route.Fault));
        Assert.Equal(0ul, (await daemon.CreateClient().GetStatusAsync().WaitAsync(Patience.Limit)).Frames.Received);
    }

    [Fact]
    public async Task None_RoutesAreBuiltByTheirFirstFrame()
    {
        await using var daemon = await RunningDaemon.StartAsync(preload: "none");
        await WaitForRoutesAsync(daemon, RouteState.Unbuilt, 11);
        await using var stream = await OpenAsync(daemon, Degradation.Snow);

        Assert.Equal(RestoreError.None, Assert.Single(await stream.ExchangeAsync(Streaming.Paint())).Error);

        var routes = await WaitForRoutesAsync(daemon, RouteState.Unbuilt, 10);
        Assert.Contains(routes, route =>
            route.Degradation == Degradation.Snow.ToWire() && route.State == RouteState.Ready);
    }

    [Fact]
    public async Task OneCannotBeBuilt_ItIsUnavailableAndTheRestServes()
    {
        var package = new TestPackage();
        package = package with { Routes = package.Routes.SetItem(Degradation.Rain, new TestNetwork.Unbuildable()) };
        await using var daemon = await RunningDaemon.StartAsync(package, preload: "all");

        var routes = await WaitForRoutesAsync(daemon, RouteState.Ready, 11);

        var broken = Assert.Single(routes, route => route.State == RouteState.Unavailable);
        Assert.Equal(Degradation.Rain.ToWire(), broken.Degradation);
        Assert.Contains("rain.onnx", broken.Fault, StringComparison.Ordinal);
        Assert.True(await daemon.CreateClient().IsServingAsync().WaitAsync(Patience.Limit));
        await using var rain = await OpenAsync(daemon, Degradation.Rain);
        await using var snow = await OpenAsync(daemon, Degradation.Snow);
        var failed = Assert.Single(await rain.ExchangeAsync(Streaming.Paint()));
        Assert.Equal((RestoreError.Engine, broken.Fault), (failed.Error, failed.Message));
        Assert.Equal(RestoreError.None, Assert.Single(await snow.ExchangeAsync(Streaming.Paint())).Error);
        await Patience.UntilAsync(
            () => daemon.CreateClient().GetStatusAsync(), _ => daemon.Log.Texts(PreloadedEvent).Count == 1);
        Assert.Contains("11 of 12", daemon.Log.Texts(PreloadedEvent)[0], StringComparison.Ordinal);
        Assert.Contains("Rain", Assert.Single(daemon.Log.Texts(RouteUnavailableEvent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StopDuringIt_IsNotHeldUp()
    {
        await using var daemon = await RunningDaemon.StartAsync(preload: "all");

        // Whether it is still at it here is chance; its end is not.
        await daemon.StopAsync();
    }

    private static async Task<IReadOnlyList<RouteStatus>> WaitForRoutesAsync(
        RunningDaemon daemon, RouteState state, int count)
    {
        var service = daemon.CreateService();
        var status = await Patience.UntilAsync(
            async () => await service.GetStatusAsync(new GetStatusRequest()),
            reply => reply.Package.Routes.Count(route => route.State == state) == count);
        return status.Package.Routes;
    }

    private static Task<Client.RestoreStream> OpenAsync(RunningDaemon daemon, Degradation route)
    {
        var settings = Streaming.Rgb();
        settings.Fixed = route.ToWire();
        return daemon.OpenAsync(settings);
    }
}
