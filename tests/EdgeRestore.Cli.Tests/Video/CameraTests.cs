using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using EdgeRestore.Cli.Demo;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Video;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary><c>stream</c> of videos and cameras through a daemon, in from and on to the network.</summary>
public sealed class CameraTests : IAsyncLifetime, IDisposable
{
    // A camera: for ever, in its own time, a key frame five times a second.
    private static readonly string[] Camera =
    [
        "-re", "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25", "-c:v", "libx264", "-preset", "ultrafast", "-tune",
        "zerolatency",
        "-g", "5", "-pix_fmt", "yuv420p",
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly List<Process> _children = [];
    private DaemonProcess? _daemon;

    private string Daemon => _daemon!.Address.ToString();

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

        if (_daemon is not null)
        {
            await _daemon.DisposeAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("even.mkv", 64, 48)]
    [InlineData("odd.mkv", 65, 49)]
    public async Task File_PassedThroughByTheDaemon_IsTheSameToTheBit(string name, int width, int height)
    {
        var (clip, result) = (_folder.File(name), _folder.File($"restored-{name}"));
        await Ffmpeg.CreateAsync(
            clip, $"testsrc=size={width}x{height}:rate=30000/1001:duration=0.4", "-pix_fmt", "yuv420p", "-c:v", "ffv1",
            "-colorspace", "bt709");

        var (code, document) = await Terminal.RunJsonAsync(
            "stream", clip, "--daemon", Daemon, "--out", result, "--route", "clear", "--ffmpeg-out",
            "-c:v ffv1 -pix_fmt yuv420p");

        Assert.Equal(0, code);
        Assert.Equal(12, document.GetProperty("written").GetInt64());
        Assert.Equal(12, document.GetProperty("routes").GetProperty("clear").GetInt64());
        Assert.Equal(await Ffmpeg.HashesAsync(clip, "yuv420p"), await Ffmpeg.HashesAsync(result, "yuv420p"));
        Assert.Equal(await Ffmpeg.DescribeAsync(clip), await Ffmpeg.DescribeAsync(result));
    }

    [Fact]
    public async Task File_WithoutOut_IsOnlyCounted()
    {
        var clip = _folder.File("clip.mp4");
        await Ffmpeg.CreateClipAsync(clip);

        var outcome = await Terminal.RunAsync("stream", clip, "--daemon", Daemon, "--route", "noise", "--frames", "20");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(
            "20 restored, 0 passed through, 0 failed, 0 dropped, 20 written", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RtspCamera_IsRecorded()
    {
        await using var relay = new RtspRelay();
        Start([.. Camera, "-f", "rtsp", "-rtsp_transport", "tcp", relay.Address]);
        await relay.Announced;
        var result = _folder.File("recording.mkv");

        var (code, document) = await Terminal.RunJsonAsync(
            "stream", relay.Address, "--daemon", Daemon, "--out", result, "--route", "clear", "--frames", "10",
            "--timeout", "60");

        Assert.Equal(0, code);
        Assert.Equal(10, document.GetProperty("written").GetInt64());
        var description = await Ffmpeg.DescribeAsync(result);
        Assert.Contains("width=96\nheight=64\n", description, StringComparison.Ordinal);
        Assert.Contains("nb_read_frames=10", description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RtspCameraThatIsLost_IsOpenedAgain()
    {
        await using var relay = new RtspRelay();
        Start([.. Camera, "-f", "rtsp", "-rtsp_transport", "tcp", relay.Address]);
        await relay.Announced;
        using var stream = new InterruptibleProgram(
            "stream", relay.Address, "--daemon", Daemon, "--route", "clear", "--delivery", "lossless", "--timeout",
            "60",
            "--out", _folder.File("recording.mkv"));
        await stream.WaitForLineAsync(IsWriting);

        relay.LosePlayers();
        await stream.WaitForLineAsync(line => line.Contains("Opening it again in 1 s", StringComparison.Ordinal));
        await stream.WaitForLineAsync(line => line.EndsWith(" is back.", StringComparison.Ordinal));
        stream.Interrupt();
        var outcome = await stream.WaitForExitAsync();

        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("opened again once", outcome.Output, StringComparison.Ordinal);
        var times = await Ffmpeg.TimesAsync(_folder.File("recording.mkv"));
        Assert.InRange(times.Length, 2, int.MaxValue);
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task RestoredStream_IsPushedOnOverRtsp()
    {
        await using var relay = new RtspRelay();
        var (clip, received) = (_folder.File("clip.mp4"), _folder.File("received.mkv"));
        await Ffmpeg.CreateClipAsync(clip);
        using var stream = new InterruptibleProgram(
            "stream", clip, "--daemon", Daemon, "--out", relay.Address, "--route", "clear", "--delivery", "live",
            "--ffmpeg-in", "-stream_loop -1", "--ffmpeg-out", "-g 5");
        // The viewer describes, which waits until the stream is announced.
        await Ffmpeg.RunAsync("-rtsp_transport", "tcp", "-i", relay.Address, "-c", "copy", "-frames:v", "10", received);

        stream.Interrupt();
        var outcome = await stream.WaitForExitAsync();

        Assert.Equal(130, outcome.ExitCode);
        Assert.Contains("width=96\nheight=64\n", await Ffmpeg.DescribeAsync(received), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TransportStreamOverTcp_ComesInAndGoesOut()
    {
        var (clip, received) = (_folder.File("clip.mkv"), _folder.File("received.ts"));
        await Ffmpeg.CreateAsync(
            clip, "testsrc2=size=96x64:rate=25:duration=0.8", "-pix_fmt", "yuv420p", "-c:v", "libx264");
        var (inPort, outPort) = (FreePort(), FreePort());
        Start("-i", $"tcp://127.0.0.1:{outPort}?listen=1", "-c", "copy", received);
        await ListeningAsync(outPort);
        Start("-i", clip, "-c", "copy", "-f", "mpegts", $"tcp://127.0.0.1:{inPort}?listen=1");
        await ListeningAsync(inPort);

        var (code, document) = await Terminal.RunJsonAsync(
            "stream", $"tcp://127.0.0.1:{inPort}", "--daemon", Daemon, "--out", $"tcp://127.0.0.1:{outPort}", "--route",
            "clear");

        Assert.Equal(0, code);
        Assert.Equal(20, document.GetProperty("written").GetInt64());
        await _children[0].WaitForExitAsync().WaitAsync(Patience.Limit);
        Assert.Contains("nb_read_frames=20", await Ffmpeg.DescribeAsync(received), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CameraThatAcceptsAndNeverSends_IsGivenUpWithAReason()
    {
        // Connections wait in the backlog: accepted by the kernel, answered by nobody.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"rtsp://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/x";

        var outcome = await Terminal.RunAsync("stream", address, "--daemon", Daemon, "--timeout", "0.5");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("gave no frame for 2 s after it was opened", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("raise --timeout (now 0.5 s)", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CameraThatRefuses_IsToldInFfmpegsWords()
    {
        // The discard port: nothing listens there.
        var outcome = await Terminal.RunAsync("stream", "rtsp://user:geheim@127.0.0.1:9/x", "--daemon", Daemon);

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains(
            "rtsp://user:***@127.0.0.1:9/x cannot be opened: ffmpeg says:", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Connection refused", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SourceThatFallsSilentInTheMiddle_CountsAsDeadWhenTheTimeIsUp()
    {
        var clip = _folder.File("clip.y4m");
        await Ffmpeg.CreateAsync(clip, "testsrc2=size=64x48:rate=25:duration=0.4", "-pix_fmt", "yuv420p");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = new ManualClock();
        var settings =
            new VideoSettings { InputArguments = ["-f", "yuv4mpegpipe", "-probesize", "32", "-analyzeduration", "0"] };
        var source = VideoSource.Find($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}")!;
        var reader = new VideoReader(
            source, settings, new Screen(TextWriter.Null, TextWriter.Null, json: false), time: clock);
        var frames = Channel.CreateUnbounded<VideoFrame>();
        var reading = reader.RunAsync(frames.Writer, CancellationToken.None);
        using var camera = await listener.AcceptTcpClientAsync().WaitAsync(Patience.Limit);
        await camera.GetStream().WriteAsync(await File.ReadAllBytesAsync(clip));
        // The last frames stay in ffmpeg, which waits for what comes after them.
        for (var index = 0; index < 5; index++)
        {
            (await frames.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit)).Dispose();
        }

        // Other frames may come while time passes; after each it passes anew.
        await Patience.UntilSeenAsync(
            () =>
            {
                clock.Advance(settings.Timeout);
                return reading.IsCompleted;
            },
            isOver => isOver);
        while (frames.Reader.TryRead(out var rest))
        {
            rest.Dispose();
        }

        var failure = await Assert.ThrowsAsync<EdgeRestoreException>(() => frames.Reader.Completion);
        Assert.Contains("gave no frame for 10 s. Check the camera", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DaemonThatStops_EndsWith5AndLeavesWhatWasRestored()
    {
        var (clip, result) = (_folder.File("clip.mp4"), _folder.File("restored.mp4"));
        await Ffmpeg.CreateClipAsync(clip);
        using var stream = new InterruptibleProgram(
            "stream", clip, "--daemon", Daemon, "--out", result, "--route", "clear", "--ffmpeg-in",
            "-re -stream_loop -1");
        await stream.WaitForLineAsync(IsWriting);

        await _daemon!.DisposeAsync();
        _daemon = null;
        var outcome = await stream.WaitForExitAsync();

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("shutting down", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("restored.partial.mp4, playable", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(
            "width=96", await Ffmpeg.DescribeAsync(_folder.File("restored.partial.mp4")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoVideos_AreRefused()
    {
        var outcome = await Terminal.RunAsync("stream", "a.mp4", "b.mp4", "--daemon", Daemon);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("one stream is one camera", outcome.Error, StringComparison.Ordinal);
    }

    private static bool IsWriting(string line) =>
        line.Contains("  out ", StringComparison.Ordinal)
            && !line.Contains("(0.0/s)  dropped", StringComparison.Ordinal);

    private void Start(params string[] arguments) => _children.Add(Ffmpeg.Start(arguments));

    // Not of those that the kernel gives to whoever asks for any, as other tests do all the time.
    private static int FreePort()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(20_000, 32_000));
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException exception) when (
                exception.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 100)
            {
                // Another one, then.
            }
        }
    }

    // ffmpeg takes one connection only, so asking by connecting would use it up: the kernel's table tells.
    private static Task<bool> ListeningAsync(int port) => Patience.UntilAsync(
        async () =>
            (await File.ReadAllTextAsync("/proc/net/tcp")).Contains(
                $":{port:X4} 00000000:0000 0A", StringComparison.Ordinal),
        isListening => isListening);
}
