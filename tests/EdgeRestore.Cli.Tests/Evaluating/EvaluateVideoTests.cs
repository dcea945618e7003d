using System.Text.Json;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Cli.Tests.Video;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Photographs;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Evaluating;

/// <summary>Moving pictures: known pans, and a clip whose motion has to be found.</summary>
public sealed class EvaluateVideoTests : IDisposable
{
    private static readonly Photograph Drawn = new(
        PhotographSet.HeldOut, "test", "drawn", OffsetBytes: 0, LengthBytes: 0, LongSidePixels: 0, Licence: "",
        Flags: "");

    private readonly TemporaryFolder _folder = new();

    public EvaluateVideoTests() => new TestPackage().Write(Path.Combine(_folder.Path, "package"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("noise25", false)]
    [InlineData("haze+rain", false)]
    [InlineData("blur", true)]
    public void Pan_OfAnyRow_MovesTheCleanFrameByItsFlowAlone(string name, bool isStill)
    {
        using var scene = Draw(400, 380);
        using var meter = new TemporalMeter();
        foreach (var frame in new PanSequence(Drawn, EvalRow.Find(name)!, isStill, 4).Enumerate(scene))
        {
            Assert.True(isStill ? frame.Flow is null or { ValidShare: 1 } : frame.Flow is null || frame.Flow.X[0] != 0);
            meter.Add(frame, frame.Clean!, Degradation.Clear);
        }

        var summary = meter.ToSummary("drawn", name, secondFrames: null);

        // The clean frames given as restored: no error along the motion, no jump, and nothing of the input's unrest.
        Assert.Equal(4, summary.FrameCount);
        Assert.Equal(0, summary.WarpingErrorClean);
        Assert.Equal(0, summary.WarpingErrorOut);
        Assert.Equal(60, summary.PsnrOut);
        Assert.Equal(0, summary.JumpsOut!.Value, 1e-9);
        Assert.Equal(0, summary.RouteSwitchCount);
        if (name == "blur")
        {
            // The same kernel in each frame of a camera that stands still.
            Assert.Equal(0, summary.WarpingErrorIn);
            Assert.Null(summary.Flicker);
        }
        else
        {
            Assert.True(summary.WarpingErrorIn > 1e-4, $"{summary.WarpingErrorIn}");
            Assert.Equal(0, summary.Flicker);
        }
    }

    [Fact]
    public void Meter_NoiseOfSigma25_HasTheWarpingErrorOfItsVariance()
    {
        using var scene = Draw(400, 380);
        using var meter = new TemporalMeter();
        foreach (var frame in new PanSequence(Drawn, EvalRow.Find("noise25")!, isStill: false, 4).Enumerate(scene))
        {
            meter.Add(frame, frame.Given, Degradation.Noise);
        }

        var summary = meter.ToSummary("drawn", "noise25", secondFrames: null);

        // Of two independent noises: 2 (25/255)² = 0.0192, less what clamping takes.
        Assert.InRange(summary.WarpingErrorIn!.Value, 0.015, 0.0196);
        Assert.Equal(summary.WarpingErrorIn, summary.WarpingErrorOut);
        Assert.Equal(1, summary.Flicker!.Value, 1e-9);
    }

    [Fact]
    public async Task Clip_WithAKnownMotion_IsMeasuredAndWritten()
    {
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=96x64:rate=25", "-frames:v", "8", "-c:v", "ffv1", "-pix_fmt", "yuv420p");

        var outcome = await Terminal.RunAsync(
            "evaluate", "video", clip, "--package", Path.Combine(_folder.Path, "package"), "--device", "cpu",
            "--route", "rain", "--frames", "6", "--out", Path.Combine(_folder.Path, "out"));

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("found in the input by matching blocks", outcome.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(
            await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "video.json")));
        var sequence = Assert.Single(json.RootElement.GetProperty("sequences").EnumerateArray());
        Assert.Equal(6, sequence.GetProperty("frameCount").GetInt32());
        Assert.Equal("rain", sequence.GetProperty("mainRoute").GetString());
        Assert.Equal(JsonValueKind.Null, sequence.GetProperty("psnrIn").ValueKind);

        // The route adds one level to all: the output is as restless as the input, but for what is clamped.
        var (before, after) = (
            sequence.GetProperty("warpingErrorIn").GetDouble(), sequence.GetProperty("warpingErrorOut").GetDouble());
        Assert.InRange(after, before * 0.8, (before * 1.05) + 1e-9);
        Assert.InRange(sequence.GetProperty("flowValidShare").GetDouble(), 0.2, 1);
    }

    [Theory]
    [InlineData("notes.txt", "is no video file by its name")]
    [InlineData("clip.mp4 --frames 1", "--frames is 1")]
    public async Task WrongCommandLine_IsToldWithWhatIsAllowed(string arguments, string words)
    {
        var outcome = await Terminal.RunAsync(["evaluate", "video", .. arguments.Split(' ')]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(words, outcome.Error, StringComparison.Ordinal);
    }

    private static Frame Draw(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                frame.Pixels.Slice(((y * width) + x) * 3, 3).Fill(
                    (byte)(110 + (30 * Math.Sin(x / 7.0)) + (30 * Math.Cos(y / 5.0)) + ((x + y) % 3)));
            }
        }

        return frame;
    }
}
