using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

public sealed class RoutingTests
{
    public static TheoryData<Degradation> Restored =>
        [.. DegradationNames.All.Where(degradation => degradation != Degradation.Clear)];

    [Theory]
    [MemberData(nameof(Restored))]
    public async Task Auto_DegradationRecognised_TakesItsSubnetwork(Degradation degradation)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var reply = Assert.Single(await stream.ExchangeAsync(Streaming.Paint(degradation, blue: 100)));

        Assert.Equal((degradation, false), (reply.Route, reply.Bypassed));
        Assert.InRange(reply.Confidence, 0.99f, 1f);
        Assert.Equal(100 + TestPackage.LevelsOf(degradation), reply.Payload.Span[TestFrames.BlueOffset]);
    }

    [Fact]
    public async Task Auto_FrameIsClear_PassesThroughUntouched()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var payload = Streaming.Paint(Degradation.Clear, blue: 7);

        var reply = Assert.Single(await stream.ExchangeAsync(payload));

        Assert.Equal((Degradation.Clear, true, BypassReason.Clear), (reply.Route, reply.Bypassed, reply.BypassReason));
        Assert.Equal(payload, reply.Payload.ToArray());
    }

    [Fact]
    public async Task Auto_NotAllowed_PassesThroughUntouched()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Auto.Allowed.Add(Degradation.Haze.ToWire());
        await using var stream = await daemon.OpenAsync(settings);
        var payload = Streaming.Paint(Degradation.Rain);

        var reply = Assert.Single(await stream.ExchangeAsync(payload));

        Assert.Equal((true, BypassReason.Unsure), (reply.Bypassed, reply.BypassReason));
        Assert.Equal(payload, reply.Payload.ToArray());
        Assert.Equal([Degradation.Haze.ToWire()], stream.Opened.Routes);
    }

    [Fact]
    public async Task Auto_MinConfidenceAboveWhatIsReached_PassesThrough()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Auto.MinConfidence = 0.9f;
        await using var stream = await daemon.OpenAsync(settings);
        using var unsure = TestFrames.Create(Streaming.Width, Streaming.Height, Degradation.Rain, isCertain: false);

        var reply = Assert.Single(await stream.ExchangeAsync(unsure.Pixels.ToArray()));

        Assert.Equal((true, BypassReason.Unsure), (reply.Bypassed, reply.BypassReason));
        Assert.InRange(reply.Confidence, 0f, 0.5f);
    }

    [Fact]
    public async Task Fixed_FrameLooksOtherwise_TakesTheFixedSubnetworkWithoutClassifying()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Rgb();
        settings.Fixed = Degradation.HazeSnow.ToWire();
        await using var stream = await daemon.OpenAsync(settings);

        var reply = Assert.Single(await stream.ExchangeAsync(Streaming.Paint(Degradation.Rain, blue: 100)));

        Assert.Equal((Degradation.HazeSnow, 1f, 0u), (reply.Route, reply.Confidence, reply.Timings!.ClassifyUs));
        Assert.Equal(100 + TestPackage.LevelsOf(Degradation.HazeSnow), reply.Payload.Span[TestFrames.BlueOffset]);
    }

    [Theory]
    [InlineData(0f, 100)]
    [InlineData(0.5f, 110)]
    [InlineData(1f, 120)]
    public async Task Strength_BlendsWithTheInput(float strength, int expected)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Add(20)));
        var settings = Streaming.Rgb();
        settings.Strength = strength;
        await using var stream = await daemon.OpenAsync(settings);

        var reply = Assert.Single(await stream.ExchangeAsync(Streaming.Paint(blue: 100)));

        Assert.Equal(expected, reply.Payload.Span[TestFrames.BlueOffset]);
    }

    [Fact]
    public async Task FrameSizeChanges_ClassificationStartsAnew()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var settings = Streaming.Images(ImageCodec.Png);
        settings.Auto = new AutoRoute { ClassifyEveryFrames = 1000 };
        await using var stream = await daemon.OpenAsync(settings);

        // Without a new start the smoothed route of the first frames would hold for three more classifications.
        var small = Encode(Degradation.Noise, 64);
        var large = Encode(Degradation.Snow, 80);
        var replies = await stream.ExchangeAsync(small, small, large);

        Assert.Equal(
            [Degradation.Noise, Degradation.Noise, Degradation.Snow], replies.Select(reply => reply.Route));
    }

    private static byte[] Encode(Degradation degradation, int width)
    {
        using var frame = TestFrames.Create(width, 64, degradation);
        return Codecs.ImageCodec.Encode(frame, Codecs.ImageFileFormat.Png);
    }
}
