using EdgeRestore.Cli.Demo;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Streaming;

/// <summary><c>stream</c> and <c>status</c> against a daemon in a process of its own.</summary>
public sealed class StreamCommandTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private DaemonProcess? _daemon;

    private string Input => Path.Combine(_folder.Path, "in");

    private string Output => Path.Combine(_folder.Path, "out");

    private string Address => _daemon!.Address.ToString();

    public async Task InitializeAsync() => _daemon = await TestDaemon.StartAsync(_folder);

    public async Task DisposeAsync() => await _daemon!.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("png", 0)]
    [InlineData("webp", 6)]
    [InlineData("jpeg", 6)]
    [InlineData("rgb24", 0)]
    [InlineData("bgr24", 0)]
    public async Task Images_ComeBackRestoredByTheirRoute(string payload, int tolerance)
    {
        Save("a.png", Degradation.Rain);

        var (code, document) = await Terminal.RunJsonAsync(
            "stream", Input, "--daemon", Address, "--payload", payload, "--out", Output);

        Assert.Equal(0, code);
        var frame = Assert.Single(document.GetProperty("frames").EnumerateArray());
        Assert.Equal("rain", frame.GetProperty("route").GetString());
        using var restored = ImageCodec.Load(Assert.Single(Directory.GetFiles(Output)));
        var expected = TestFrames.RedOf(Degradation.Rain) + TestPackage.LevelsOf(Degradation.Rain);
        Assert.InRange(restored.Pixels[0], expected - tolerance, expected + tolerance);
    }

    // The same pixels, a frame at the head of its stream: JPEG as it is, others where nothing is lost on the way.
    [Theory]
    [InlineData("a.jpg", "jpeg")]
    [InlineData("a.png", "png")]
    [InlineData("a.png", "rgb24")]
    public async Task SamePixels_AreJudgedAsByRestore(string name, string payload)
    {
        Save(name, Degradation.Snow);

        var (_, streamed) = await Terminal.RunJsonAsync(
            "stream", Input, "--daemon", Address, "--payload", payload);
        var (_, restored) = await Terminal.RunJsonAsync(
            "restore", Input, "--out", Output, "--package", _folder.Package);

        var (frame, image) = (streamed.GetProperty("frames")[0], restored.GetProperty("images")[0]);
        Assert.Equal("snow", frame.GetProperty("route").GetString());
        Assert.Equal(image.GetProperty("route").GetString(), frame.GetProperty("route").GetString());
        Assert.Equal(image.GetProperty("confidence").GetSingle(), frame.GetProperty("confidence").GetSingle());
    }

    [Fact]
    public async Task JpegThatExifTurns_ComesBackUpright()
    {
        Save("a.jpg", Degradation.Rain);
        var path = _folder.File("in", "a.jpg");
        var jpeg = File.ReadAllBytes(path);

        // APP1 with one big-endian IFD entry: orientation (0x0112), SHORT, 6 = turn clockwise.
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
            0, 0, 0, 0,
        ];
        File.WriteAllBytes(path, [.. jpeg[..2], .. exif, .. jpeg[2..]]);

        var outcome = await Terminal.RunAsync("stream", Input, "--daemon", Address, "--out", Output);

        Assert.Equal(0, outcome.ExitCode);
        using var restored = ImageCodec.Load(Path.Combine(Output, "a.jpg"));
        Assert.Equal((48, 64), (restored.Width, restored.Height));
    }

    [Fact]
    public async Task FixedRouteAndStrength_AreTaken()
    {
        Save("a.png", Degradation.Rain);

        var outcome = await Terminal.RunAsync(
            "stream", Input, "--daemon", Address, "--payload", "png", "--route", "compression", "--strength", "0.5",
            "--out", Output);

        Assert.Equal(0, outcome.ExitCode);
        using var restored = ImageCodec.Load(Assert.Single(Directory.GetFiles(Output)));
        Assert.Equal(
            TestFrames.RedOf(Degradation.Rain) + (TestPackage.LevelsOf(Degradation.Compression) / 2),
            restored.Pixels[0]);
    }

    [Theory]
    [InlineData("nv12")]
    [InlineData("i420")]
    [InlineData("gray8")]
    [InlineData("gray10le")]
    [InlineData("gray16le")]
    public async Task CameraLayouts_AreTakenWithAFixedRoute(string payload)
    {
        Save("a.png", Degradation.Rain);

        var outcome = await Terminal.RunAsync(
            "stream", Input, "--daemon", Address, "--payload", payload, "--route", "haze", "--delivery", "live",
            "--fps", "50");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("1 restored, 0 passed through, 0 failed, 0 dropped", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clip.mp4", "--payload", "nv12", "--payload has no meaning for videos and cameras")]
    [InlineData("in", "--frames", "3", "--frames has no meaning for images")]
    [InlineData("in", "--ffmpeg-out", "-crf 3", "--ffmpeg-out has no meaning for images")]
    public async Task OptionThatWouldDoNothing_IsRefused(string input, string option, string value, string expected)
    {
        Save("a.png", Degradation.Rain);

        var outcome = await Terminal.RunAsync(
            "stream", Path.Combine(_folder.Path, input), "--daemon", Address, option, value);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OutputThatIsTheInputsFolder_LeavesTheInput()
    {
        Save("a.png", Degradation.Rain);
        var path = _folder.File("in", "a.png");
        var before = File.ReadAllBytes(path);

        var outcome = await Terminal.RunAsync("stream", path, "--daemon", Address, "--payload", "png", "--out", Input);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    [Fact]
    public async Task FrameOfAnotherSizeInARawStream_FailsAlone()
    {
        Save("a.png", Degradation.Rain);
        Save("b.png", Degradation.Rain, width: 96);
        Save("c.png", Degradation.Rain);

        var outcome = await Terminal.RunAsync("stream", Input, "--daemon", Address, "--payload", "rgb24");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("b.png: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("has 96x48 pixels, the stream's frames have 64x48", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("2 restored, 0 passed through, 1 failed", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DamagedImage_IsAnsweredWithAnErrorAndTheStreamGoesOn()
    {
        Save("a.png", Degradation.Rain);
        Save("c.png", Degradation.Rain);
        File.WriteAllBytes(_folder.File("in", "b.png"), File.ReadAllBytes(_folder.File("in", "a.png"))[..50]);

        var outcome = await Terminal.RunAsync("stream", Input, "--daemon", Address, "--payload", "png");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("b.png: Input: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("2 restored, 0 passed through, 1 failed", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_TellsPackageDeviceAndWhatWasStreamed()
    {
        Save("a.png", Degradation.Rain);
        await Terminal.RunAsync("stream", Input, "--daemon", Address);

        var shown = await Terminal.RunAsync("status", "--daemon", Address);
        var (code, document) = await Terminal.RunJsonAsync("status", "--daemon", Address);

        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("package   test 1.0.0", shown.Output, StringComparison.Ordinal);
        Assert.Contains("1 received, 1 restored", shown.Output, StringComparison.Ordinal);
        Assert.Equal(0, code);
        Assert.Equal("cpu", document.GetProperty("device").GetString());
    }

    [Fact]
    public async Task NoDaemon_EndsWith5AndSaysHowToStartOne()
    {
        Save("a.png", Degradation.Rain);
        // The discard port: nothing listens there.
        var outcome = await Terminal.RunAsync("stream", Input, "--daemon", "http://127.0.0.1:9");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("does not answer", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("./edgerestore serve", outcome.Error, StringComparison.Ordinal);
    }

    private void Save(string name, Degradation degradation, int width = 64)
    {
        using var frame = TestFrames.Create(width, 48, degradation);
        ImageCodec.Save(frame, _folder.File("in", name));
    }
}
