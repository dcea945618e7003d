using EdgeRestore.Daemon.Packages;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.TestPackages;

namespace EdgeRestore.EndToEnd;

/// <summary>A result that is no picture is not passed on: the frame is.</summary>
public sealed class OutputCheckTests
{
    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public async Task BlackOrWhiteResult_PassesTheFrameThrough(int levels)
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.Add(levels)));
        await using var stream = await PackageTesting.OpenStreamAsync(daemon);

        var reply = Assert.Single(await stream.ExchangeAsync(Streaming.Paint()));

        Assert.Equal(
            (RestoreError.None, true, BypassReason.BadOutput), (reply.Error, reply.Bypassed, reply.BypassReason));
        Assert.Contains("The subnetwork for", reply.Message, StringComparison.Ordinal);
        Assert.Equal(Streaming.Paint(), reply.Payload.ToArray());
    }

    [Theory]
    [InlineData(1920, 1080)]
    [InlineData(33, 17)]
    public void FindFault_FindsWhatIsNoPictureAndNothingElse(int width, int height)
    {
        using var input = Frame.Rent(width, height, PixelFormat.Rgb24);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < input.Pixels.Length; index++)
        {
            input.Pixels[index] = (byte)(40 + (index % 97));
        }

        Assert.Null(Find(pixel => pixel));
        Assert.Null(Find(pixel => (byte)(pixel + 60)));
        Assert.Contains("black", Find(_ => 0), StringComparison.Ordinal);
        Assert.Contains("white", Find(_ => 255), StringComparison.Ordinal);
        Assert.Contains("one level all over, 77", Find(_ => 77), StringComparison.Ordinal);
        Assert.Contains("differs by 110 levels", Find(pixel => (byte)(pixel + 110)), StringComparison.Ordinal);
        Assert.Null(Find(pixel => (byte)(pixel + 110), Degradation.LowLightNoise));
        Assert.Null(Find(pixel => (byte)(pixel + 110), Degradation.HazeSnow));

        // A picture without contrast may come back as one; a lens cap is no fault.
        input.Pixels.Fill(5);
        Assert.Null(Find(_ => 6));
        input.Pixels.Clear();
        Assert.Null(Find(_ => 0));

        string? Find(Func<byte, byte> change, Degradation route = Degradation.Noise)
        {
            var changed = Enumerable.Range(0, 256).Select(pixel => change((byte)pixel)).ToArray();
            var from = input.Pixels;
            var to = output.Pixels;
            for (var index = 0; index < from.Length; index++)
            {
                to[index] = changed[from[index]];
            }

            return OutputCheck.FindFault(input, output, route);
        }
    }
}
