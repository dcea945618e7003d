using System.Runtime.InteropServices;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>Cameras of 10 and 16 bits: networks see 8 of them, and the others are not lost.</summary>
public sealed class DeepGrayTests
{
    private const int Levels = 20;

    [Theory]
    [InlineData(PixelLayout.Gray10Le, 1023, 80)]
    [InlineData(PixelLayout.Gray16Le, 65535, Levels * 257)]
    public async Task Restored_KeepsWhatIsFinerThanTheNetworkSees(PixelLayout layout, int max, int change)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Add(Levels)));
        await using var stream = await daemon.OpenAsync(Settings(layout));
        // Away from white, where the change would be cut.
        var values = Values(max - (2 * change));

        var reply = Assert.Single(await stream.ExchangeAsync(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

        Assert.Equal((RestoreError.None, false, layout), (reply.Error, reply.Bypassed, stream.Opened.RawOutput));
        var restored = MemoryMarshal.Cast<byte, ushort>(reply.Payload.Span).ToArray();
        Assert.Equal(values.Select(value => value + change), restored.Select(value => (int)value));
    }

    [Fact]
    public async Task TenBits_ValueBeyondThem_FailsThatFrameAndSaysWhy()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        await using var stream = await daemon.OpenAsync(Settings(PixelLayout.Gray10Le));
        var good = MemoryMarshal.AsBytes(Values(1023).AsSpan()).ToArray();
        // As a sensor's 10 bits stand in the high bits of 16.
        var shifted = MemoryMarshal.AsBytes(Values(1023).Select(value => (ushort)(value << 6)).ToArray().AsSpan())
            .ToArray();

        var replies = await stream.ExchangeAsync(good, shifted, good);

        Assert.Equal([RestoreError.None, RestoreError.Input, RestoreError.None], replies.Select(reply => reply.Error));
        Assert.Contains("gray10le has up to 1023", replies[1].Message, StringComparison.Ordinal);
        Assert.Equal(good, replies[2].Payload.ToArray());
    }

    [Fact]
    public async Task OtherOutput_IsOfEightBits()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Copy()));
        var settings = Settings(PixelLayout.Gray16Le);
        settings.RawOutput = PixelLayout.Gray8;
        await using var stream = await daemon.OpenAsync(settings);
        var values = Values(65535);

        var reply = Assert.Single(await stream.ExchangeAsync(MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

        Assert.Equal(values.Select(value => (byte)Math.Round(value / 257.0)), reply.Payload.ToArray());
    }

    private static OpenStream Settings(PixelLayout layout)
    {
        var settings = Streaming.Rgb();
        settings.Raw.Layout = layout;
        settings.Fixed = Degradation.Noise.ToWire();
        return settings;
    }

    private static ushort[] Values(int max)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, Streaming.Width * Streaming.Height).Select(_ => (ushort)random.Next(max + 1))];
    }
}
