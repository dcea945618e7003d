using System.Diagnostics;
using System.Text.RegularExpressions;
using EdgeRestore.Cli.Demo;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>
/// The shell of docs/recipes.md and the README's camera, run as they stand but for the camera, the screen and the
/// ports.
/// </summary>
public sealed partial class RecipeTests : IAsyncLifetime, IDisposable
{
    private const string Camera = "rtsp://camera/stream";
    private const int Width = 320;
    private const int Height = 240;
    private const int FrameBytes = Width * Height * 3 / 2;

    private static readonly string Recipes = File.ReadAllText(Path.Combine(Repository.Root, "docs/recipes.md"));

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _children = [];
    private DaemonProcess? _daemon;

    private string Daemon => _daemon!.Address.ToString().TrimEnd('/');

    public async Task InitializeAsync() => _daemon = await TestDaemon.StartAsync(_folder);

    public async Task DisposeAsync()
    {
        foreach (var child in _children)
        {
            if (!child.HasExited)
            {
                child.Kill();
            }

            child.Dispose();
        }

        await _daemon!.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("clear")]
    [InlineData("noise")]
    public async Task GStreamer_PipesThroughTheDaemon(string route)
    {
        const int count = 5;
        const string source = "v4l2src device=/dev/video0", screen = "autovideosink";
        var command = Command("gst-launch-1.0");
        Assert.Contains(source, command, StringComparison.Ordinal);
        Assert.Contains(screen, command, StringComparison.Ordinal);
        // Gray: the chroma that conversion rounds stays as it is.
        var pattern = $"videotestsrc pattern=solid-color foreground-color=0xff606060 num-buffers={count}";
        var (given, received) = (_folder.File("given.raw"), _folder.File("received.raw"));
        await RunAsync(
            $"gst-launch-1.0 -q {pattern} ! videoconvert ! video/x-raw,format=I420,width={Width},height={Height} "
            + $"! filesink location={given}");

        await RunAsync(command
            .Replace(source, pattern, StringComparison.Ordinal)
            .Replace("format=I420", $"format=I420,width={Width},height={Height}", StringComparison.Ordinal)
            .Replace(screen, $"filesink location={received}", StringComparison.Ordinal)
            .Replace("stream -", $"stream - --route {route}", StringComparison.Ordinal));

        var (before, after) = (File.ReadAllBytes(given), File.ReadAllBytes(received));
        Assert.Equal((count * FrameBytes, count * FrameBytes), (before.Length, after.Length));
        if (route == "clear")
        {
            Assert.True(before.AsSpan().SequenceEqual(after));
            return;
        }

        // Limited range: a level of RGB is 219/255 of one of luma.
        var change = TestPackage.LevelsOf(Degradation.Noise) * 219 / 255.0;
        Assert.InRange(after[0] - before[0], change - 1, change + 1);
    }

    [Fact]
    public async Task Ffmpeg_PipesACameraThroughTheDaemonIntoAFile()
    {
        await using var relay = new RtspRelay();
        StartCamera(relay.Address);
        await relay.Announced;
        var command = Command("ffmpeg");
        Assert.Contains($"-i {Camera} ", command, StringComparison.Ordinal);
        var result = _folder.File("restored.mkv");

        // A camera has no end; this one is left after a few frames.
        await RunAsync(command
            .Replace($"-i {Camera} ", $"-i {relay.Address} -frames:v 8 ", StringComparison.Ordinal)
            .Replace("restored.mkv", result, StringComparison.Ordinal));

        Assert.Contains("nb_read_frames=8", await Ffmpeg.DescribeAsync(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadmesCamera_IsRestoredAndPushedOn()
    {
        const string target = "rtsp://127.0.0.1:8554/restored";
        var line = File.ReadAllLines(Path.Combine(Repository.Root, "README.md"))
            .Single(line => line.StartsWith("./edgerestore stream rtsp://", StringComparison.Ordinal));
        Assert.Contains(line.Trim(), Recipes, StringComparison.Ordinal);
        await using var camera = new RtspRelay();
        await using var server = new RtspRelay();
        StartCamera(camera.Address);
        await camera.Announced;
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(word => word switch { Camera => camera.Address, target => server.Address, _ => word }).ToArray();
        Assert.Contains(camera.Address, words);
        Assert.Contains(server.Address, words);
        using var program = new InterruptibleProgram([.. words, "--daemon", Daemon, "--timeout", "60"]);
        await server.Announced;
        var received = _folder.File("received.mkv");

        await Ffmpeg.RunAsync("-rtsp_transport", "tcp", "-i", server.Address, "-c", "copy", "-frames:v", "5", received);
        program.Interrupt();

        Assert.Equal(130, (await program.WaitForExitAsync()).ExitCode);
        Assert.Contains("width=96", await Ffmpeg.DescribeAsync(received), StringComparison.Ordinal);
    }

    // The block of shell that begins with a program.
    private static string Command(string program) => ShellBlock().Matches(Recipes)
        .Select(block => block.Groups[1].Value.Replace("\\\n", "", StringComparison.Ordinal).Trim())
        .Single(block => block.StartsWith(program, StringComparison.Ordinal));

    private async Task RunAsync(string command)
    {
        var program = command
            .Replace("./edgerestore", $"dotnet '{Repository.Program}'", StringComparison.Ordinal)
            .Replace("http://127.0.0.1:50051", Daemon, StringComparison.Ordinal);
        var outcome = await Shell.RunAsync("bash", ["-o", "pipefail", "-c", program]);
        Assert.True(outcome.ExitCode == 0, $"{program}\nended with {outcome.ExitCode}: {outcome.Error}");
    }

    private void StartCamera(string address) => _children.Add(Ffmpeg.Start(
        "-re", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25", "-c:v", "libx264", "-preset", "ultrafast", "-tune",
        "zerolatency", "-g", "5", "-pix_fmt", "yuv420p", "-f", "rtsp", "-rtsp_transport", "tcp", address));

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
