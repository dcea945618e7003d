using EdgeRestore.Degradations;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary><c>restore</c> of every kind of video file, with the real ffmpeg on both sides.</summary>
public sealed class RestoreVideoFormatTests : IDisposable
{
    private const string Lossless = "-c:v ffv1";

    private readonly TemporaryFolder _folder = new();

    private string Package => _folder.Package;

    [Fact]
    public async Task ClipThatPassesThrough_ComesBackWithinCodecErrorWithItsSoundRateAndColours()
    {
        var (clip, result) = (_folder.File("clip.mp4"), _folder.File("restored.mp4"));
        await Ffmpeg.CreateClipAsync(clip);

        var (code, document) = await RestoreAsync(clip, result, "--route", "clear");

        Assert.Equal(0, code);
        var video = Assert.Single(document.GetProperty("videos").EnumerateArray());
        Assert.Equal(60, video.GetProperty("written").GetInt64());
        Assert.Equal(60, video.GetProperty("bypassed").GetInt64());
        Assert.Equal(await Ffmpeg.DescribeAsync(clip), await Ffmpeg.DescribeAsync(result));
        Assert.Equal(await Ffmpeg.HashOfSoundAsync(clip), await Ffmpeg.HashOfSoundAsync(result));
        Assert.Equal(await Ffmpeg.TimesAsync(clip), await Ffmpeg.TimesAsync(result));
        // H.264 of quality 18 over H.264: measured 41 dB on this pattern of hard edges.
        Assert.InRange(await Ffmpeg.PsnrAsync(clip, result), 35, double.PositiveInfinity);
        Assert.False(File.Exists(_folder.File("restored.partial.mp4")));
    }

    [Theory]
    [InlineData(
        "full-range.mkv", "yuv420p",
        "testsrc2=size=64x48:rate=25:duration=0.4,scale=out_range=pc:out_color_matrix=bt709",
        "-color_range pc -colorspace bt709")]
    [InlineData(
        "bt601.mkv", "yuv420p", "testsrc2=size=64x48:rate=24000/1001:duration=0.4",
        "-color_range tv -colorspace smpte170m -color_primaries smpte170m -color_trc smpte170m")]
    [InlineData("untold.mkv", "yuv420p", "testsrc2=size=64x48:rate=50:duration=0.4", "")]
    [InlineData("odd.mkv", "yuv420p", "testsrc=size=65x49:rate=25:duration=0.4", "")]
    [InlineData("gray.mkv", "gray", "testsrc2=size=64x48:rate=25:duration=0.4", "")]
    [InlineData("gray10.mkv", "gray10le", "testsrc2=size=64x48:rate=25:duration=0.4", "")]
    [InlineData("gray16.mkv", "gray16le", "testsrc2=size=65x49:rate=25:duration=0.4", "")]
    [InlineData("anamorphic.mkv", "yuv420p", "testsrc2=size=64x48:rate=25:duration=0.4,setsar=16/11", "")]
    public async Task AnyKindThatPassesThrough_IsTheSameToTheBit(string name, string layout, string filter, string tags)
    {
        var (clip, result) = (_folder.File(name), _folder.File($"restored-{name}"));
        await Ffmpeg.CreateAsync(clip, filter, ["-pix_fmt", layout, "-c:v", "ffv1", .. Words(tags)]);

        var (code, _) = await RestoreAsync(
            clip, result, "--route", "clear", "--ffmpeg-out", $"{Lossless} -pix_fmt {layout}");

        Assert.Equal(0, code);
        Assert.Equal(await Ffmpeg.HashesAsync(clip, layout), await Ffmpeg.HashesAsync(result, layout));
        Assert.Equal(await Ffmpeg.DescribeAsync(clip), await Ffmpeg.DescribeAsync(result));
    }

    [Theory]
    [InlineData("even.mkv", "64x48", "1")]
    [InlineData("odd.mkv", "65x49", "1")]
    [InlineData("even.mkv", "64x48", "0.5")]
    public async Task RestoredFrames_AreTheSubnetworksByTheirStrength(string name, string size, string strength)
    {
        var (clip, result) = (_folder.File(name), _folder.File($"restored-{name}"));
        await Ffmpeg.CreateAsync(
            clip, $"testsrc=size={size}:rate=25:duration=0.2,lutrgb=r=100:g=100:b=100", "-pix_fmt", "yuv420p", "-c:v",
            "ffv1", "-color_range", "pc");

        var (code, document) = await RestoreAsync(
            clip, result, "--route", "compression", "--strength", strength, "--ffmpeg-out", Lossless);

        Assert.Equal(0, code);
        Assert.Equal(5, document.GetProperty("videos")[0].GetProperty("restored").GetInt64());
        // The route adds its levels to red, green and blue: to luma alike.
        Assert.Equal(
            await MeanLumaAsync(clip) + (Share(strength) * TestPackage.LevelsOf(Degradation.Compression)),
            await MeanLumaAsync(result), tolerance: 1.0);
    }

    [Theory]
    [InlineData("gray10le", "gray10le")]
    [InlineData("gray16le", "gray16le")]
    [InlineData("gray12le", "gray16le")]
    [InlineData("yuv420p10le", "yuv420p")]
    public async Task DeepSource_KeepsItsBitsWhereItIsGray(string layout, string expected)
    {
        var (clip, result) = (_folder.File("deep.mkv"), _folder.File("restored.mkv"));
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.12", "-pix_fmt", layout, "-c:v", "ffv1", "-color_range",
            "pc");

        var (code, document) = await RestoreAsync(clip, result, "--route", "noise");

        Assert.Equal(0, code);
        Assert.Equal(3, document.GetProperty("videos")[0].GetProperty("restored").GetInt64());
        var probed = await Shell.RunAsync(
            "ffprobe", ["-v", "error", "-show_entries", "stream=pix_fmt", "-of", "csv=p=0", result]);
        Assert.Equal(expected, probed.Output.Trim());
        if (expected == "gray16le")
        {
            var (before, after) = (await RawAsync(clip), await RawAsync(result));
            // The route adds levels of 8 bits; what is finer is the source's.
            Assert.Contains(before, value => value % 257 != 0);
            Assert.Equal(before.Select(Restored), after);
        }
    }

    [Fact]
    public async Task OddSides_AreKeptByTheDefaultEncoderToo()
    {
        var (clip, result) = (_folder.File("odd.mkv"), _folder.File("restored.mp4"));
        await Ffmpeg.CreateAsync(
            clip, "testsrc=size=65x49:rate=25:duration=0.2", "-pix_fmt", "yuv420p", "-c:v", "ffv1");

        var (code, _) = await RestoreAsync(clip, result, "--route", "clear");

        Assert.Equal(0, code);
        Assert.Contains("width=65\nheight=49\n", await Ffmpeg.DescribeAsync(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("restored.mp4")]
    [InlineData("restored.mkv")]
    public async Task VariableFrameRate_KeepsEachFramesTime(string name)
    {
        var (clip, result) = (_folder.File("variable.mp4"), _folder.File(name));
        // Times 0, 1, 4, 9, 16 ... of 1/25 s.
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.4,setpts=N*N", "-vsync", "passthrough", "-c:v", "libx264",
            "-bf", "0", "-pix_fmt", "yuv420p", "-enc_time_base", "1:25");

        var (code, _) = await RestoreAsync(clip, result, "--route", "clear");

        Assert.Equal(0, code);
        var (before, after) = (await Ffmpeg.TimesAsync(clip), await Ffmpeg.TimesAsync(result));
        Assert.Equal(10, before.Length);
        Assert.Equal(before.Length, after.Length);
        // To the millisecond, in which the decoder's pipe counts.
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, tolerance: 0.0011));
    }

    [Fact]
    public async Task Rotation_IsAppliedToThePixels()
    {
        var (plain, clip, result) = (
            _folder.File("plain.mp4"), _folder.File("turned.mp4"), _folder.File("restored.mkv"));
        await Ffmpeg.CreateClipAsync(plain);
        await Ffmpeg.RunAsync("-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90", clip);

        var (code, _) = await RestoreAsync(clip, result, "--route", "clear", "--ffmpeg-out", Lossless);

        Assert.Equal(0, code);
        Assert.Contains("width=64\nheight=96\n", await Ffmpeg.DescribeAsync(result), StringComparison.Ordinal);
        Assert.Equal(await Ffmpeg.HashesAsync(clip, "yuv420p"), await Ffmpeg.HashesAsync(result, "yuv420p"));
    }

    [Theory]
    [InlineData("yuv420p10le", "yuv420p10le: frames are restored with 8 bits")]
    [InlineData("bgra", "has bgra: transparency is left out")]
    public async Task WhatFramesCannotHold_IsLeftOutAndSaid(string pixelFormat, string said)
    {
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.2", "-pix_fmt", pixelFormat, "-c:v", "ffv1");

        var outcome = await Terminal.RunAsync(
            "restore", clip, "--out", _folder.File("restored.mp4"), "--package", Package, "--route", "clear");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(said, outcome.Error, StringComparison.Ordinal);
        Assert.Contains("5 written", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yuv420p", false, false)]
    [InlineData("nv12", false, false)]
    [InlineData("yuv410p", false, false)]
    [InlineData("rgb565le", false, false)]
    [InlineData("gray16le", false, false)]
    [InlineData("pal8", false, false)]
    [InlineData("yuv420p10le", true, false)]
    [InlineData("yuv422p14le", true, false)]
    [InlineData("p010le", true, false)]
    [InlineData("rgb48be", true, false)]
    [InlineData("gbrpf32le", true, false)]
    [InlineData("yuva420p", false, true)]
    [InlineData("ya8", false, true)]
    [InlineData("rgba64le", true, true)]
    [InlineData("yuva444p12le", true, true)]
    public void Probe_PixelFormat_TellsWhatIsLost(string layout, bool isDeep, bool hasAlpha)
    {
        var probe = new Cli.Video.FileProbe { PixelFormat = layout, Transfer = "", FieldOrder = "" };

        Assert.Equal((isDeep, hasAlpha), (probe.IsDeep, probe.HasAlpha));
    }

    [Fact]
    public async Task HighDynamicRange_IsRefusedWithTheCommandThatMapsIt()
    {
        var clip = _folder.File("hdr.mkv");
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.2", "-pix_fmt", "yuv420p10le", "-c:v", "ffv1", "-color_trc",
            "smpte2084");

        var outcome = await Terminal.RunAsync(
            "restore", clip, "--out", _folder.File("restored.mp4"), "--package", Package);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("smpte2084", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("tonemap", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Interlaced_IsDeinterlacedAndSaid()
    {
        var clip = _folder.File("interlaced.mkv");
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.4,interlace", "-c:v", "mpeg2video", "-flags", "+ildct+ilme",
            "-q:v", "2",
            "-top", "1");

        var outcome = await Terminal.RunAsync(
            "restore", clip, "--out", _folder.File("restored.mkv"), "--package", Package, "--route", "clear");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("is interlaced: frames are deinterlaced first", outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int ExitCode, System.Text.Json.JsonElement Document)> RestoreAsync(
        string clip, string result, params string[] more) =>
        Terminal.RunJsonAsync(["restore", clip, "--out", result, "--package", Package, .. more]);

    private static double Share(string strength) =>
        double.Parse(strength, System.Globalization.CultureInfo.InvariantCulture);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static int Restored(int value)
    {
        var seen = (int)Math.Round(value / 257.0);
        return Math.Clamp(
            value + (257 * (Math.Min(255, seen + TestPackage.LevelsOf(Degradation.Noise)) - seen)), 0, 65535);
    }

    private static async Task<int[]> RawAsync(string file)
    {
        var path = Path.ChangeExtension(file, ".raw");
        await Ffmpeg.RunAsync("-i", file, "-pix_fmt", "gray16le", "-f", "rawvideo", path);
        var bytes = File.ReadAllBytes(path);
        return [.. Enumerable.Range(0, bytes.Length / 2).Select(
            index => bytes[2 * index] | (bytes[(2 * index) + 1] << 8))];
    }

    private static async Task<double> MeanLumaAsync(string file)
    {
        var path = Path.ChangeExtension(file, ".gray");
        await Ffmpeg.RunAsync("-i", file, "-frames:v", "1", "-vf", "extractplanes=y", "-f", "rawvideo", path);
        return File.ReadAllBytes(path).Average(level => (double)level);
    }
}
