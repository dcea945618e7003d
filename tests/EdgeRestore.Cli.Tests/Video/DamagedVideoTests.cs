using System.Text.Json;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary><c>restore</c> of videos that break off: ffmpeg reads them to where they end, and ends with 0.</summary>
public sealed class DamagedVideoTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("clip.mkv", "-c:v ffv1 -g 1")]
    [InlineData("clip.mp4", "-c:v libx264 -g 1 -pix_fmt yuv420p -movflags +faststart")]
    public async Task FileThatBreaksOff_IsRestoredUpToThereToldAndEndsWith1(string name, string options)
    {
        var (whole, broken) = (_folder.File($"whole-{name}"), _folder.File(name));
        await Ffmpeg.CreateAsync(whole, "testsrc2=size=64x48:rate=10:duration=3", options.Split(' '));
        var bytes = await File.ReadAllBytesAsync(whole);
        await File.WriteAllBytesAsync(broken, bytes[..(bytes.Length / 2)]);

        var (code, video) = await RestoreAsync(broken);

        var (read, missing) = (video.GetProperty("read").GetInt64(), video.GetProperty("missing").GetInt64());
        Assert.InRange(read, 10, 20);
        Assert.Equal(30, read + missing);
        Assert.Equal(read, video.GetProperty("written").GetInt64());
        Assert.Contains("ffmpeg says", video.GetProperty("damage").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Fact]
    public async Task WholeFile_IsNotCalledDamaged()
    {
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.CreateAsync(clip, "testsrc2=size=64x48:rate=10:duration=1", "-c:v", "ffv1");

        var (code, video) = await RestoreAsync(clip, "--ffmpeg-in", "-ss 0.5");

        Assert.Equal(5, video.GetProperty("written").GetInt64());
        Assert.Equal(0, video.GetProperty("missing").GetInt64());
        Assert.Equal(JsonValueKind.Null, video.GetProperty("damage").ValueKind);
        Assert.Equal(0, code);
    }

    public void Dispose() => _folder.Dispose();

    private async Task<(int ExitCode, JsonElement Video)> RestoreAsync(string clip, params string[] more)
    {
        var (code, document) = await Terminal.RunJsonAsync(
        [
            "restore", clip, "--out", _folder.File("restored.mkv"), "--package", _folder.Package, "--route", "clear",
            .. more,
        ]);
        return (code, Assert.Single(document.GetProperty("videos").EnumerateArray()));
    }
}
