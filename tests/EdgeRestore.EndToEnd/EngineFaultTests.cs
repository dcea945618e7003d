using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

public sealed class EngineFaultTests
{
    private const int EngineFailedEvent = 14;

    [Fact]
    public async Task OutputIsNotANumber_FailsThatFrameAndTheStreamGoesOn()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.NotANumberAtWhite()));
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var replies = await stream.ExchangeAsync(
            Streaming.Paint(), Streaming.Paint(blue: 255), Streaming.Paint());

        Assert.Equal(
            [RestoreError.None, RestoreError.Engine, RestoreError.None], replies.Select(reply => reply.Error));
        Assert.Contains("not finite", replies[1].Message, StringComparison.Ordinal);
        Assert.Single(daemon.Log.Texts(EngineFailedEvent));
    }

    [Fact]
    public async Task SubnetworkFailsWhileItRuns_FailsThatFrameAndTheStreamGoesOn()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.FailsUnless(64, 64)));
        var settings = Streaming.Images(ImageCodec.Png);
        await using var stream = await daemon.OpenAsync(settings);
        var good = Streaming.Encode(ImageCodec.Png, 64, 64);

        var replies = await stream.ExchangeAsync(good, Streaming.Encode(ImageCodec.Png, 64, 80), good);

        Assert.Equal(
            [RestoreError.None, RestoreError.Engine, RestoreError.None], replies.Select(reply => reply.Error));
        Assert.NotEmpty(replies[1].Message);
    }

    [Fact]
    public async Task ClassifierGivesNoNumbers_FramesFailAndAFixedRouteStillRestores()
    {
        await using var daemon = await RunningDaemon.StartAsync(
            new TestPackage { Classifier = TestClassifier.NotANumber });
        await using var auto = await daemon.OpenAsync(Streaming.Rgb());
        var failed = Assert.Single(await auto.ExchangeAsync(Streaming.Paint()));
        Assert.Equal(RestoreError.Engine, failed.Error);

        var settings = Streaming.Rgb();
        settings.Fixed = Protocol.WireEnums.ToWire(Degradation.Rain);
        await using var pinned = await daemon.OpenAsync(settings);
        var restored = Assert.Single(await pinned.ExchangeAsync(Streaming.Paint()));
        Assert.Equal((RestoreError.None, Degradation.Rain), (restored.Error, restored.Route));
    }
}
