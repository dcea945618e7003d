using EdgeRestore.Cli.Video;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>Addresses, rates and the arguments that ffmpeg gets: what needs neither ffmpeg nor a camera.</summary>
public sealed class VideoTextTests
{
    private static readonly VideoFormat Format = new() { Width = 64, Height = 48, Layout = PixelFormat.I420 };

    [Theory]
    [InlineData("clip.MP4", "File", false)]
    [InlineData("/dev/video0", "Device", true)]
    [InlineData("rtsp://camera:554/a", "Network", true)]
    [InlineData("udp://127.0.0.1:5000", "Network", true)]
    [InlineData("http://host/a.mp4", "Network", false)]
    [InlineData("tcp://127.0.0.1:5000", "Network", false)]
    [InlineData("-", "StandardInput", false)]
    public void Find_Video_TellsWhatItIs(string argument, string kind, bool isLive)
    {
        var source = VideoSource.Find(argument);

        Assert.Equal((kind, isLive), (source!.Kind.ToString(), source.IsLive));
    }

    [Theory]
    [InlineData("photo.jpg")]
    [InlineData("photos")]
    [InlineData("/dev/null")]
    [InlineData("mp4")]
    public void Find_AnythingElse_IsNoVideo(string argument) => Assert.Null(VideoSource.Find(argument));

    [Theory]
    [InlineData("rtsp://user:geheim@10.0.0.2/x", "rtsp://user:***@10.0.0.2/x")]
    [InlineData("a rtsp://:p:w@h/x and rtsp://h/y", "a rtsp://:***@h/x and rtsp://h/y")]
    [InlineData("http://host:80/a@b", "http://host:80/a@b")]
    public void Hide_TakesPasswordsOnly(string text, string expected) => Assert.Equal(expected, Secrets.Hide(text));

    [Fact]
    public void Arguments_Device_AreThoseOfV4l2WithAPersonsOwnAfterOurs()
    {
        var settings =
            new VideoSettings { IsLive = true, InputArguments = ["-input_format", "mjpeg", "-video_size", "1280x720"] };

        var arguments = VideoReader.Arguments(VideoSource.Find("/dev/video2")!, settings, deinterlace: false);

        Assert.Equal(
            "-nostdin -hide_banner -loglevel error -f v4l2 -input_format mjpeg -video_size 1280x720 -i /dev/video2 "
            + "-map 0:v:0 -vf format=yuv420p|yuvj420p|gray|gray10le|gray16le -vsync passthrough -c:v rawvideo "
            + "-allow_raw_vfw 1 -f matroska -flush_packets 1 pipe:1",
            string.Join(' ', arguments));
    }

    [Fact]
    public void Arguments_Rtsp_AreOverTcp()
    {
        var arguments = VideoReader.Arguments(VideoSource.Find("rtsp://h/x")!, new VideoSettings(), deinterlace: false);

        Assert.Contains(
            "-rtsp_transport tcp -fflags nobuffer -i rtsp://h/x", string.Join(' ', arguments),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_FileNamedLikeAnOptionOrAProtocol_IsTakenAsAFile()
    {
        var arguments = VideoReader.Arguments(
            VideoSource.Find("-i 12:30 $(x).mp4")!, new VideoSettings(), deinterlace: true);

        Assert.Contains($"file:{Path.GetFullPath("-i 12:30 $(x).mp4")}", arguments);
        Assert.Contains("yadif=deint=interlaced,format=yuv420p|yuvj420p|gray|gray10le|gray16le", arguments);
    }

    [Theory]
    [InlineData("rtsp://h/x", "-f rtsp -rtsp_transport tcp -y rtsp://h/x")]
    [InlineData("udp://h:5", "-f mpegts -y udp://h:5")]
    [InlineData("rtmp://h/x", "-f flv -y rtmp://h/x")]
    [InlineData("-", "-c:v rawvideo -f matroska -y pipe:1")]
    [InlineData("/a/b.mp4", "-pix_fmt yuv420p -y file:/a/b.partial.mp4")]
    [InlineData(
        "/a/b.webm", "-c:v libvpx-vp9 -crf 20 -b:v 0 -row-mt 1 -cpu-used 5 -pix_fmt yuv420p -y file:/a/b.partial.webm")]
    public void OutputArguments_Target_HaveItsContainer(string target, string expected)
    {
        var arguments = VideoTarget.Find(target)!.OutputArguments(Format, isLive: false, extra: []);

        Assert.EndsWith(expected, string.Join(' ', arguments), StringComparison.Ordinal);
    }

    [Fact]
    public void OutputArguments_PersonsOwn_StandLast()
    {
        var arguments = VideoTarget.Find("/a/b.mkv")!.OutputArguments(Format, isLive: false, ["-c:v", "ffv1"]);

        Assert.EndsWith("-c:v ffv1 -y file:/a/b.partial.mkv", string.Join(' ', arguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40_000_000, "25")]
    [InlineData(33_366_667, "29.97")]
    [InlineData(41_708_333, "23.976")]
    [InlineData(33_333_333, "30")]
    [InlineData(80_000_000, "12.5")]
    public void FromFrameNs_UsualRates_AreExactFractions(long frameNs, string expected)
    {
        var rate = FrameRate.FromFrameNs(frameNs)!.Value;

        Assert.Equal(expected, rate.ToString());
        Assert.Equal(frameNs, rate.FrameNs);
    }

    [Theory]
    [InlineData("0/0")]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("-1/1")]
    public void Parse_NoRate_IsNull(string text) => Assert.Null(FrameRate.Parse(text));

    [Fact]
    public void Encoding_NotTold_IsAsPlayersTakeIt()
    {
        Assert.Equal(new YuvEncoding(YuvMatrix.Bt601, YuvRange.Limited), Format.Encoding);
        Assert.Equal(
            new YuvEncoding(YuvMatrix.Bt709, YuvRange.Limited), (Format with { Width = 1280, Height = 720 }).Encoding);
        Assert.Equal(
            new YuvEncoding(YuvMatrix.Bt601, YuvRange.Full), (Format with { MatrixCode = 5, RangeCode = 2 }).Encoding);
    }

    [Theory]
    [InlineData(33, 21)]
    [InlineData(33, 20)]
    [InlineData(32, 21)]
    public void OddFrame_GoesToRgbAndBackWithinRounding(int width, int height)
    {
        var format = Format with { Width = width, Height = height };
        var bytes = new byte[format.LengthBytes];
        var luma = width * height;
        for (var index = 0; index < bytes.Length; index++)
        {
            // Chroma without colour out of range, luma that differs everywhere.
            bytes[index] = (byte)(index < luma ? 40 + (index * 7 % 160) : 120 + (index % 16));
        }

        using var rgb = Frame.Rent(width, height, PixelFormat.Rgb24);
        VideoPixels.ToRgb(format, bytes, rgb);
        var back = new byte[bytes.Length];
        VideoPixels.FromRgb(format, rgb, back);

        // 8 bits of RGB cannot tell all of YUV: at most two levels are lost.
        Assert.All(bytes.Zip(back), pair => Assert.InRange(pair.Second - pair.First, -2, 2));
    }

    [Fact]
    public void ToLine_TellsRatesSinceTheLineBefore()
    {
        var clock = new ManualClock();
        var counts = new VideoCounts(clock);
        clock.Advance(TimeSpan.FromSeconds(2));
        for (var index = 0; index < 10; index++)
        {
            using var frame = new VideoFrame(1, 0);
            counts.Take(new VideoAnswer { Frame = frame, Route = "noise", Confidence = 0.97f, Milliseconds = index });
        }

        counts.Drop();

        Assert.Equal(
            "00:00:02  in 11 (5.5/s)  out 10 of 60 (5.0/s)  dropped 1  4.0 ms  noise 0.97",
            counts.ToLine(readCount: 11, expectedCount: 60));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(
            "in 11 (0.0/s)  out 10 (0.0/s)", counts.ToLine(readCount: 11, expectedCount: 0), StringComparison.Ordinal);
    }
}
