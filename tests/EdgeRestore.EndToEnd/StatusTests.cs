using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

public sealed class StatusTests
{
    [Fact]
    public async Task GetStatus_TellsPackageDeviceStreamsAndCounts()
    {
        await using var daemon = await RunningDaemon.StartAsync(new TestPackage { Name = "tested", Version = "3.2.1" });
        await using (var past = await daemon.OpenAsync(Streaming.Rgb()))
        {
            Assert.Single(await past.ExchangeAsync(Streaming.Paint(Degradation.Clear)));
        }

        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        foreach (var payload in (byte[][])[Streaming.Paint(), Streaming.Paint(), []])
        {
            await stream.SendAsync(payload).AsTask().WaitAsync(Patience.Limit);
            Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        }

        // The last frame is counted when its reply has been written, which may be after it was read here.
        await daemon.WaitForFramesAsync(frames => frames.Failed == 1);
        var status = await daemon.CreateClient().GetStatusAsync().WaitAsync(Patience.Limit);

        Assert.Equal(("tested", "3.2.1"), (status.Package.Name, status.Package.Version));
        Assert.Equal(12, status.Package.Routes.Count);
        Assert.Equal(daemon.Streams.Restorer.Package.Sha256, status.Package.Sha256);
        Assert.Equal(("cpu", DaemonState.Serving), (status.Device, status.State));
        Assert.Equal("cpu", Assert.Single(status.Providers, provider => provider.Used).Name);
        Assert.Equal((16u, 8192u, 16u), (status.MaxStreams, status.Limits.MaxWidth, status.Limits.MinSide));
        var listed = Assert.Single(status.Streams);
        Assert.Equal(("test", Delivery.Lossless), (listed.StreamName, listed.Delivery));
        Assert.Equal(new FrameCounts { Received = 4, Restored = 2, Bypassed = 1, Failed = 1 }, status.Frames);
        Assert.Equal(new FrameCounts { Received = 3, Restored = 2, Failed = 1 }, listed.Frames);
        Assert.NotEmpty(status.DaemonVersion);
    }

    [Fact]
    public async Task Opened_TellsEveryDefault()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        await using var stream = await daemon.OpenAsync(new OpenStream { Codec = ImageCodec.Jpeg });

        var opened = stream.Opened;

        Assert.Equal("stream-1", opened.StreamName);
        Assert.Equal((Delivery.Lossless, 0u, 0u), (opened.Delivery, opened.LiveDepth, opened.FrameDeadlineMs));
        Assert.Equal(1f, opened.Strength);
        Assert.Equal(new EncodedOutput { Codec = ImageCodec.Jpeg, Quality = 90 }, opened.EncodedOutput);
        Assert.Equal((YuvMatrix.Bt601, YuvRange.Limited), (opened.YuvMatrix, opened.YuvRange));
        Assert.Equal(12, opened.Routes.Count);
        Assert.Equal(("test", "1.0.0", "cpu"), (opened.PackageName, opened.PackageVersion, opened.Device));
        Assert.Equal(33_554_432ul, opened.Limits.MaxPayloadBytes);
    }
}
