using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>The default package, which holds its routes in 8 bits beside FP32, behind a daemon.</summary>
public sealed class QuantizedPackageTests
{
    private const int Width = 192;
    private const int Height = 128;

    // Its own manifest's losses are some hundredths of a dB against the clean frame at 30 dB and less: an error of this
    // size beside what is left of the degradation there.
    private const double LeastPsnr = 38;

    [Theory]
    [InlineData(Degradation.Noise)]
    [InlineData(Degradation.Haze)]
    public async Task Int8_IsWhatRunsAndComesCloseToFp32(Degradation route)
    {
        var (exact, fp32) = await RestoreAsync("fp32", route);
        var (quantized, int8) = await RestoreAsync("int8", route);

        Assert.Equal(("fp32", "int8"), (PrecisionOf(fp32, route), PrecisionOf(int8, route)));
        Assert.Contains("int8 variants, as asked for", int8.Providers[^1].Reason, StringComparison.Ordinal);
        using var one = Frame.Wrap(exact, Width, Height, PixelFormat.Rgb24);
        using var other = Frame.Wrap(quantized, Width, Height, PixelFormat.Rgb24);
        Assert.False(exact.AsSpan().SequenceEqual(quantized));
        Assert.InRange(Psnr.Compute(one, other), LeastPsnr, 60);
    }

    [Fact]
    public async Task Auto_TellsWhatItMeasuredAndRunsWhatWon()
    {
        var (_, status) = await RestoreAsync("auto", Degradation.Noise);

        // Which of them it is depends on the machine.
        var precision = PrecisionOf(status, Degradation.Noise);
        var loser = precision == "int8" ? "fp32" : "int8";
        Assert.Matches($"{precision} runs, \\d+\\.\\d\\d times as fast as {loser}", status.Providers[^1].Reason);
    }

    private static async Task<(byte[] Restored, GetStatusReply Status)> RestoreAsync(
        string precision, Degradation route)
    {
        await using var daemon = await RunningDaemon.StartAsync(configure: settings => settings with
        {
            Providers = settings.Providers with { Precision = precision },
            Packages = settings.Packages with
            {
                Package = Path.Combine(ForeignProgram.Root, "deploy/models/edgerestore-default"),
            },
        });
        var settings = Streaming.Rgb(Width, Height);
        settings.Fixed = route.ToWire();
        await using var stream = await daemon.OpenAsync(settings);
        var reply = Assert.Single(await stream.ExchangeAsync(Draw()));
        Assert.Equal((RestoreError.None, false), (reply.Error, reply.Bypassed));
        return (reply.Payload.ToArray(), await daemon.CreateClient().GetStatusAsync().WaitAsync(Patience.Limit));
    }

    private static string PrecisionOf(GetStatusReply status, Degradation route) =>
        Assert.Single(status.Package.Routes, found => found.Degradation == route.ToWire()).Precision;

    // Slopes, an edge and noise: something of what networks look at.
    private static byte[] Draw()
    {
        var random = new Random(5);
        var pixels = new byte[Width * Height * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            var (x, y) = (index / 3 % Width, index / 3 / Width);
            var level = (x > Width / 2 ? 150 : 60) + (y / 2) + (20 * (index % 3)) + random.Next(-30, 31);
            pixels[index] = (byte)Math.Clamp(level, 0, 255);
        }

        return pixels;
    }
}
