using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>How <c>restore</c> of videos runs and ends, with the real ffmpeg on both sides.</summary>
public sealed class RestoreVideoTests : IDisposable
{
    private const string Lossless = "-c:v ffv1";

    private readonly TemporaryFolder _folder = new();

    private string Package => _folder.Package;

    [Fact]
    public async Task ManyVideosIntoAFolder_KeepTheirNamesAndAreSkippedWhenDone()
    {
        string[] clips = [_folder.File("in", "a.mp4"), _folder.File("in", "b.mkv")];
        foreach (var clip in clips)
        {
            await Ffmpeg.CreateAsync(
                clip, "testsrc2=size=64x48:rate=25:duration=0.2", "-c:v", "libx264", "-pix_fmt", "yuv420p");
        }

        var folder = Path.Combine(_folder.Path, "out");
        string[] command = ["restore", .. clips, "--out", folder, "--package", Package];
        var first = await Terminal.RunAsync(command);
        var second = await Terminal.RunAsync(command);

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        Assert.Equal(
            ["a.mp4", "b.mkv"],
            Directory.GetFiles(folder).Select(Path.GetFileName).Where(name => name![0] != '.').Order());
        Assert.Equal(2, second.Output.Split("skipped (done before)").Length - 1);
    }

    [Fact]
    public async Task FrameLimit_EndsWellAndCutsTheSound()
    {
        var (clip, result) = (_folder.File("clip.mp4"), _folder.File("restored.mp4"));
        await Ffmpeg.CreateClipAsync(clip);

        var (code, document) = await RestoreAsync(clip, result, "--route", "clear", "--frames", "15");

        Assert.Equal(0, code);
        Assert.Equal(15, document.GetProperty("videos")[0].GetProperty("written").GetInt64());
        Assert.Contains("nb_read_frames=15", await Ffmpeg.DescribeAsync(result), StringComparison.Ordinal);
        var duration = await Shell.RunAsync(
            "ffprobe", ["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", result]);
        Assert.InRange(double.Parse(duration.Output, System.Globalization.CultureInfo.InvariantCulture), 0.45, 0.7);
    }

    [Fact]
    public async Task FramesThatFail_StandInTheOutputAsTheyCame()
    {
        var (clip, result) = (_folder.File("clip.mkv"), _folder.File("restored.mkv"));
        var package = Path.Combine(_folder.Path, "failing");
        TestPackage.Of(new TestNetwork.FailsUnless(64, 64)).Write(package);
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=96x64:rate=25:duration=0.2", "-pix_fmt", "yuv420p", "-c:v", "ffv1");

        var outcome = await Terminal.RunAsync(
            "restore", clip, "--out", result, "--package", package, "--route", "rain", "--ffmpeg-out", Lossless);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("5 failed", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("stand in the output as they came; the first: Engine", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(await Ffmpeg.HashesAsync(clip, "yuv420p"), await Ffmpeg.HashesAsync(result, "yuv420p"));
    }

    [Fact]
    public async Task Interrupt_FinishesThePartPlayableAndTellsWhereItIs()
    {
        var (clip, result) = (_folder.File("clip.mp4"), _folder.File("restored.mp4"));
        await Ffmpeg.CreateClipAsync(clip);
        using var program = new InterruptibleProgram(
            "restore", clip, "--out", result, "--package", Package, "--route", "clear", "--ffmpeg-in",
            "-re -stream_loop -1");

        // As a Ctrl-C comes: once frames are through.
        await program.WaitForLineAsync(line => line.Contains("  out ", StringComparison.Ordinal) && !line.Contains(
            "  out 0 ", StringComparison.Ordinal));
        program.Interrupt();
        var outcome = await program.WaitForExitAsync();

        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("interrupted; ", outcome.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(result));
        var part = _folder.File("restored.partial.mp4");
        var written = int.Parse(
            outcome.Output.Split(" written")[0].Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(written, 1, int.MaxValue);
        Assert.Contains($"nb_read_frames={written}", await Ffmpeg.DescribeAsync(part), StringComparison.Ordinal);
    }

    [MountFact]
    public async Task FullDisk_EndsWith5AndLeavesNothingHalfWritten()
    {
        var clip = _folder.File("clip.mkv");
        var output = Directory.CreateDirectory(Path.Combine(_folder.Path, "full")).FullName;
        // Noise that is not compressed: 1.2 MB for a disk of 128 KiB.
        await Ffmpeg.CreateAsync(
            clip, "nullsrc=size=128x128:rate=25:duration=2,geq=random(1)*255:128:128", "-pix_fmt", "yuv420p", "-c:v",
            "ffv1");

        var outcome = await Shell.RunAsync("unshare", ["-m", "bash", "-c", $"""
            mount -t tmpfs -o size=128k tmpfs '{output}'
            dotnet '{Repository.Program}' restore '{clip}' --out '{output}/x.mkv' --package '{Package}' --route clear \
                --ffmpeg-out '-c:v ffv1' 2>&1
            echo "exit code $?"
            find '{output}' -type f -printf 'left %f\n'
            """]);

        Assert.Contains("exit code 5", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the disk is full", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left x", outcome.Output, StringComparison.Ordinal);
    }

    [MountTheory]
    [InlineData("x.mp4")]
    [InlineData("x.mkv")]
    public async Task DiskThatIsFullAtTheVeryEnd_EndsWith5AndLeavesNothingHalfWritten(string name)
    {
        var clip = _folder.File("clip.mkv");
        var output = Directory.CreateDirectory(Path.Combine(_folder.Path, "full")).FullName;
        // 5 kB of H.264 for a disk of one page: ffmpeg writes none of it before the last frame, and ends with 0.
        await Ffmpeg.CreateAsync(
            clip, "nullsrc=size=64x64:rate=25:duration=0.2,geq=random(1)*255:128:128", "-pix_fmt", "yuv420p", "-c:v",
            "ffv1");

        var outcome = await Shell.RunAsync("unshare", ["-m", "bash", "-c", $"""
            mount -t tmpfs -o size=4k tmpfs '{output}'
            exec 2>&1
            dotnet '{Repository.Program}' restore '{clip}' --out '{output}/{name}' --package '{Package}' --route clear
            echo "exit code $?"
            find '{output}' -type f -printf 'left %f\n'
            """]);

        Assert.Contains("exit code 5", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the disk is full", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left x", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StandardInputAndOutput_CarryFramesAndNothingElse()
    {
        var program = Repository.Program;
        var (clip, result) = (_folder.File("clip.mkv"), _folder.File("result.mkv"));
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.4", "-pix_fmt", "yuv420p", "-c:v", "ffv1");

        var outcome = await Shell.RunAsync("bash", ["-c", $$"""
            set -o pipefail
            ffmpeg -nostdin -v error -i '{{clip}}' -f yuv4mpegpipe - \
                | dotnet '{{program}}' restore - --out - --package '{{Package}}' --route clear \
                | ffmpeg -nostdin -v error -i - -c:v ffv1 '{{result}}'
            """]);

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("10 read, 0 restored, 10 passed through", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(await Ffmpeg.HashesAsync(clip, "yuv420p"), await Ffmpeg.HashesAsync(result, "yuv420p"));
    }

    [Fact]
    public async Task MissingFfmpeg_EndsWith5AndTheCommandThatInstallsIt()
    {
        var program = Repository.Program;
        File.WriteAllText(_folder.File("clip.mp4"), "");
        File.CreateSymbolicLink(
            _folder.File("bin", "dotnet"),
            (await Shell.RunAsync("bash", ["-c", "readlink -f $(which dotnet)"])).Output.Trim());

        var outcome = await Shell.RunAsync(
            _folder.File("bin", "dotnet"),
            [program, "restore", _folder.File("clip.mp4"), "--out", _folder.File("out.mp4"), "--package", Package],
            new Dictionary<string, string> { ["PATH"] = _folder.File("bin") });

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("apt-get install -y --no-install-recommends ffmpeg", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsNoVideo_IsToldInFfmpegsWords()
    {
        File.WriteAllText(_folder.File("lying.mp4"), "this is no video");

        var outcome = await Terminal.RunAsync(
            "restore", _folder.File("lying.mp4"), "--out", _folder.File("out.mp4"), "--package", Package);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("lying.mp4' cannot be read as a video: ffprobe says:", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("out.mp4")));
    }

    [Fact]
    public async Task OutputThatCannotBeWritten_IsToldInFfmpegsWords()
    {
        var clip = _folder.File("clip.mkv");
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=64x48:rate=25:duration=0.4", "-pix_fmt", "yuv420p", "-c:v", "ffv1");

        var outcome = await Terminal.RunAsync(
            "restore", clip, "--out", _folder.File("out.mp4"), "--package", Package, "--ffmpeg-out",
            "-c:v no_such_encoder");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("no_such_encoder", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--ffmpeg-out", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.mp4", "does not exist")]
    [InlineData("/dev/video77", "There is no device '/dev/video77'")]
    public async Task MissingInput_IsTold(string input, string expected)
    {
        var outcome = await Terminal.RunAsync("restore", input, "--out", _folder.File("out.mp4"), "--package", Package);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CameraBesideOtherInputs_IsRefused()
    {
        var outcome = await Terminal.RunAsync(
            "restore", "rtsp://user:geheim@127.0.0.1/x", "a.mp4", "--out", _folder.File("out"), "--package", Package);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(
            "rtsp://user:***@127.0.0.1/x was given together with other "
            + "inputs", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResultOverItsOwnInput_IsRefused()
    {
        var clip = _folder.File("clip.mp4");
        File.WriteAllText(clip, "");

        var outcome = await Terminal.RunAsync("restore", clip, "--out", clip, "--package", Package, "--overwrite");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("Input and output are the same file", outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<(int ExitCode, System.Text.Json.JsonElement Document)> RestoreAsync(
        string clip, string result, params string[] more) =>
        Terminal.RunJsonAsync(["restore", clip, "--out", result, "--package", Package, .. more]);
}
