using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

public sealed class EngineFaultTests
{
    private const int OutputRefusedEvent = 44;

    [Fact]
    public async Task OutputIsNotANumber_PassesThatFrameThroughAndSaysWhy()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.NotANumberAtWhite()));
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var replies = await stream.ExchangeAsync(
            Streaming.Paint(), Streaming.Paint(blue: 255), Streaming.Paint());

        Assert.All(replies, reply => Assert.Equal(RestoreError.None, reply.Error));
        Assert.Equal([false, true, false], replies.Select(reply => reply.Bypassed));
        Assert.Equal(
            [BypassReason.None, BypassReason.BadOutput, BypassReason.None],
            replies.Select(reply => reply.BypassReason));
        Assert.Equal(Streaming.Paint(blue: 255), replies[1].Payload.ToArray());
        Assert.Equal(["", ""], [replies[0].Message, replies[2].Message]);
        Assert.Contains("not finite", replies[1].Message, StringComparison.Ordinal);
        Assert.Single(daemon.Log.Texts(OutputRefusedEvent));
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
    public async Task ClassifierGivesNoNumbers_FramesPassThroughAndAFixedRouteStillRestores()
    {
        await using var daemon = await RunningDaemon.StartAsync(
            new TestPackage { Classifier = TestClassifier.NotANumber });
        await using var auto = await daemon.OpenAsync(Streaming.Rgb());
        var passed = Assert.Single(await auto.ExchangeAsync(Streaming.Paint()));
        Assert.Equal((RestoreError.None, BypassReason.BadOutput), (passed.Error, passed.BypassReason));
        Assert.Equal(Streaming.Paint(), passed.Payload.ToArray());
        Assert.Contains("The classifier 'classifier.onnx' gave", passed.Message, StringComparison.Ordinal);

        var settings = Streaming.Rgb();
        settings.Fixed = Protocol.WireEnums.ToWire(Degradation.Rain);
        await using var pinned = await daemon.OpenAsync(settings);
        var restored = Assert.Single(await pinned.ExchangeAsync(Streaming.Paint()));
        Assert.Equal((RestoreError.None, Degradation.Rain), (restored.Error, restored.Route));
    }
}
