using EdgeRestore.Client;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using ImageCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>Streams reserve the memory of their frames: what one has, others cannot take.</summary>
public sealed class FrameMemoryLimitTests
{
    // 3,145,728 bytes a frame as RGB; a LOSSLESS stream reserves 11 of them.
    private const int Side = 1024;

    private static readonly LimitOptions Limits = new()
    {
        MaxPixels = Side * Side,
        MaxPayloadBytes = 4 << 20,
        FrameMemoryMegabytes = 70,
    };

    [Fact]
    public async Task StreamsNeedMoreThanThereIs_TheLastIsRefusedAndTheOthersGoOn()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: Limits);
        await using var first = await daemon.OpenAsync(Streaming.Rgb(Side, Side));
        await using (var second = await daemon.OpenAsync(Streaming.Rgb(Side, Side)))
        {
            var refused = await Assert.ThrowsAsync<DaemonException>(() => daemon.OpenAsync(Streaming.Rgb(Side, Side)));

            Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
            Assert.Contains("need 33 MiB: 4 of 70 MiB are free", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Limits:FrameMemoryMegabytes", refused.Message, StringComparison.Ordinal);

            // One that fits is taken.
            await using var small = await daemon.OpenAsync(Streaming.Rgb());
            Assert.Single(await small.ExchangeAsync(Streaming.Paint()));
        }

        await Patience.UntilSeenAsync(
            () => daemon.Streams.Registry.OpenCount,
            count => count == 1);
        await using var third = await daemon.OpenAsync(Streaming.Rgb(Side, Side));
        Assert.Single(await first.ExchangeAsync(Streaming.Paint(width: Side, height: Side)));
    }

    [Fact]
    public async Task PayloadsThatMayGoBack_AreReservedToo()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: Limits with { FrameMemoryMegabytes = 78 });
        var settings = Streaming.Rgb(Side, Side);
        settings.Raw.Layout = PixelLayout.Bgr24;
        await using var first = await daemon.OpenAsync(settings);
        await using var second = await daemon.OpenAsync(settings);

        // Two more than for RGB, which is its own result.
        Assert.Equal(2 * 13 * 3 * Side * Side, daemon.Streams.Memory.ReservedBytes);
    }

    [Fact]
    public async Task ImageOutgrowsWhatIsLeft_ThatFrameFailsAndTheStreamGoesOn()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: Limits);
        await using var images = await daemon.OpenAsync(Streaming.Images(ImageCodec.Jpeg));
        await using var one = await daemon.OpenAsync(Streaming.Rgb(Side, Side));
        await using var other = await daemon.OpenAsync(Streaming.Rgb(Side, Side));

        var replies = await images.ExchangeAsync(
            Streaming.Encode(ImageCodec.Jpeg),
            Streaming.Encode(ImageCodec.Jpeg, Side, Side),
            Streaming.Encode(ImageCodec.Jpeg));

        Assert.Equal(
            [RestoreError.None, RestoreError.Capacity, RestoreError.None], replies.Select(reply => reply.Error));
        Assert.Contains("frames of 1024x1024", replies[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamsEnd_NothingStaysReservedOrRented()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: Limits);
        var service = daemon.CreateService();
        await using (var stream = await daemon.OpenAsync(Streaming.Rgb(Side, Side)))
        {
            await stream.ExchangeAsync(Enumerable.Repeat(Streaming.Paint(width: Side, height: Side), 5));
            var memory = (await service.GetStatusAsync(new GetStatusRequest())).Memory;
            Assert.Equal(70ul << 20, memory.FrameLimitBytes);
            Assert.True(memory.ResidentBytes > 0 && memory.AllocatedBytes > 0);
        }

        await Patience.UntilAsync(
            async () => (await service.GetStatusAsync(new GetStatusRequest())).Memory,
            memory => memory.FrameReservedBytes == 0);
    }

    [Fact]
    public void TryRaiseTo_MoreThanHalf_IsRefused()
    {
        var budget = new MemoryBudget(1000, 100);
        using var one = budget.Reserve(default);

        Assert.False(one.TryRaiseTo(501));
        Assert.True(one.TryRaiseTo(500));
        Assert.True(one.TryRaiseTo(20));
        Assert.Equal((500, 500), (budget.ReservedBytes, budget.FreeBytes));
    }

    [Fact]
    public void Dispose_GivesTheWholeShareBack()
    {
        var budget = new MemoryBudget(1000, 100);
        using var one = budget.Reserve(default);
        using (var other = budget.Reserve(default))
        {
            Assert.True(one.TryRaiseTo(500));
            Assert.True(other.TryRaiseTo(300));
            Assert.True(other.TryRaiseTo(500));
            Assert.Equal(0, budget.FreeBytes);
        }

        Assert.Equal(500, budget.FreeBytes);
    }

    [Fact]
    public void TryRaiseTo_BeyondThePeersShare_IsRefusedAndOthersStillGetTheirs()
    {
        var budget = new MemoryBudget(1000, 75);
        using var one = budget.Reserve(new Peer("greedy"));
        using (var two = budget.Reserve(new Peer("greedy")))
        using (var other = budget.Reserve(new Peer("other")))
        {
            Assert.True(one.TryRaiseTo(500));
            Assert.False(two.TryRaiseTo(251));
            Assert.True(two.TryRaiseTo(250));
            Assert.True(other.TryRaiseTo(250));
            Assert.Equal(0, budget.FreeBytes);
        }

        Assert.Equal(500, budget.FreeBytes);
        using var three = budget.Reserve(new Peer("greedy"));
        Assert.True(three.TryRaiseTo(250));
    }
}
