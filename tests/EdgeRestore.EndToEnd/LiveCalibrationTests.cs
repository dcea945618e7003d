using EdgeRestore.Client;
using EdgeRestore.Commands;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.TestPackages;
using Grpc.Core;
using CommandLine = EdgeRestore.Quantization.Commands.CommandLine;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>Frames of a running daemon: handed out with consent only, and calibrated with.</summary>
public sealed class LiveCalibrationTests : IDisposable
{
    private const int OpenedEvent = 60;
    private const int ClosedEvent = 61;

    // Both sides above the least that is calibrated with.
    private const int Width = 96;
    private const int Height = 80;

    // So often that a test need not wait for the next one.
    private static readonly TapOptions Consent = new() { Allowed = true, FramesPerSecond = 1000 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calibrate_FromALiveStream_WritesACalibrationOfItsFrames()
    {
        await using var daemon = await StartAsync(Consent);
        new TestPackage().Write(_folder.Combine("package"));
        using var output = new StringWriter();
        var opened = new OpeningWriter("Taking frames of");
        var calibrating = CommandLine.RunAsync(
            [
                "calibrate", _folder.Combine("package"), "--frames", $"live:{daemon.Address}", "--routes", "noise,rain",
                "--per-route", "3", "--live-seconds", "600", "--keep-frames", _folder.Combine("kept"), "--threads", "1",
                "--out", _folder.Combine("live.ercal"),
            ],
            output, opened);
        await opened.Seen.WaitAsync(Patience.Limit);

        // Four of each: three to calibrate with, and as many again as are kept for judging.
        await SendUntilAsync(daemon, calibrating);

        Assert.True(await calibrating == ExitCode.Done, opened.ToString());
        var calibration = CalibrationFile.Load(_folder.Combine("live.ercal"));
        Assert.True(calibration.IsComplete);
        Assert.Equal(["noise.onnx", "rain.onnx"], calibration.Graphs.Select(graph => graph.File));
        Assert.All(calibration.Frames, frame => Assert.Contains(
            frame.Degradation.ToName(), frame.Name, StringComparison.Ordinal));
        Assert.Equal(["clear", "noise", "rain"], Directory.GetDirectories(_folder.Combine("kept"))
            .Select(path => Path.GetFileName(path)!).Append("clear").Distinct().Order(StringComparer.Ordinal));
        Assert.Single(daemon.Log.Texts(OpenedEvent));
        await Patience.UntilSeenAsync(() => daemon.Log.Texts(ClosedEvent).Count(), count => count == 1);
        var again = await CommandLine.RunAsync(
            [
                "calibrate", _folder.Combine("package"), "--frames", _folder.Combine("kept"), "--routes", "noise,rain",
                "--per-route", "3", "--threads", "1", "--out", _folder.Combine("kept.ercal"),
            ],
            output, opened);
        Assert.Equal(ExitCode.Done, again);
        Assert.Equal(
            await File.ReadAllBytesAsync(_folder.Combine("live.ercal")),
            await File.ReadAllBytesAsync(_folder.Combine("kept.ercal")));
    }

    [Fact]
    public async Task Calibrate_WithoutConsent_IsRefusedAndSaysWhoMayGiveIt()
    {
        await using var daemon = await StartAsync(new TapOptions());
        new TestPackage().Write(_folder.Combine("package"));
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(
            [
                "calibrate", _folder.Combine("package"), "--frames", $"live:{daemon.Address}", "--out",
                _folder.Combine("live.ercal"),
            ],
            TextWriter.Null, error);

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("Tap:Allowed is false", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--allow-tap", error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.Combine("live.ercal")));
        Assert.Empty(daemon.Log.Texts(OpenedEvent));
    }

    [Fact]
    public async Task Calibrate_NoStreamSends_SaysSo()
    {
        await using var daemon = await StartAsync(Consent);
        new TestPackage().Write(_folder.Combine("package"));
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(
            ["calibrate", _folder.Combine("package"), "--frames", $"live:{daemon.Address}", "--live-seconds", "1"],
            TextWriter.Null, error);

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("No frame came from", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--live-seconds", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("live:", "Allowed after 'live:'")]
    [InlineData("live:ftp://box", "Allowed after 'live:'")]
    public async Task Calibrate_AddressThatIsNone_EndsWith2(string frames, string expected)
    {
        using var error = new StringWriter();

        var code = await CommandLine.RunAsync(["calibrate", "package", "--frames", frames], TextWriter.Null, error);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stream", StatusCode.PermissionDenied)]
    [InlineData("observe", StatusCode.OK)]
    [InlineData("admin", StatusCode.OK)]
    public async Task Tap_ByRole_IsForObserversAndAdministrators(string role, StatusCode expected)
    {
        File.WriteAllText(_folder.Combine("tokens"), $"someone {role} {Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData("secret"u8))}\n");
        File.WriteAllText(_folder.Combine("token"), "secret");
        await using var daemon = await StartAsync(Consent, new SecurityOptions { Tokens = _folder.Combine("tokens") });
        using var client = new RestoreClient(
            daemon.Address, new RestoreClientOptions { TokenFile = _folder.Combine("token") });

        Assert.Equal(expected, await OpenAndEndAsync(client));
    }

    [Fact]
    public async Task Tap_SecondCall_IsRefusedUntilTheFirstEnds()
    {
        await using var daemon = await StartAsync(Consent);
        using var client = new RestoreClient(daemon.Address);
        await using (var first = await OpenTapAsync(client, new TapFramesRequest()))
        {
            Assert.Equal(StatusCode.ResourceExhausted, await OpenAndEndAsync(client));
        }

        await Patience.UntilAsync(() => OpenAndEndAsync(client), code => code == StatusCode.OK);
    }

    [Fact]
    public async Task Tap_LimitsOfTheDaemon_EndTheCallWhateverIsAsked()
    {
        await using var daemon = await StartAsync(Consent with { MaxFrames = 2 });
        using var client = new RestoreClient(daemon.Address);
        await using var tap = await OpenTapAsync(client, new TapFramesRequest
        {
            MaxFrames = 1000,
            MaxFramesPerRoute = 1,
        });

        var sending = SendUntilAsync(daemon, tap.Ended);

        var frames = await tap.Ended.WaitAsync(Patience.Limit);
        await sending;
        Assert.Equal(2, frames.Count);
        Assert.All(frames, frame => Assert.Equal((ulong)(Width * Height * 3), (ulong)frame.Pixels.Length));
        Assert.Equal(
            [Degradation.Noise.ToWire(), Degradation.Rain.ToWire()], frames.Select(frame => frame.Route).Order());
        var noise = frames.First(frame => frame.Route == Degradation.Noise.ToWire());
        var sent = Streaming.Paint(Degradation.Noise, 0, Width, Height);

        // Blue tells the frames of one stream apart; all else is as it was sent.
        Assert.Equal(
            sent.Where((_, index) => index % 3 != 2), noise.Pixels.ToArray().Where((_, index) => index % 3 != 2));
    }

    [Fact]
    public async Task Tap_DaemonStops_EndsWithUnavailable()
    {
        await using var daemon = await StartAsync(Consent);
        using var client = new RestoreClient(daemon.Address);
        await using var tap = await OpenTapAsync(client, new TapFramesRequest());

        await daemon.StopAsync();

        Assert.Equal(
            StatusCode.Unavailable,
            (await Assert.ThrowsAsync<DaemonException>(() => tap.Ended.WaitAsync(Patience.Limit))).StatusCode);
    }

    [Fact]
    public async Task Tap_PythonClient_GetsFrames()
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import grpc, google.protobuf");
        await ForeignProgram.RequireAsync("protoc", "--version");
        await ForeignProgram.RunAsync(
            "protoc",
            [
                $"-I{ForeignProgram.Root}/proto", $"--python_out={_folder.Path}", $"--grpc_out={_folder.Path}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "edgerestore/v1/restore.proto", "edgerestore/v1/tap.proto",
            ]);
        await using var daemon = await StartAsync(Consent);
        var program = ForeignProgram.RunAsync(
            ForeignProgram.Python, [ForeignProgram.Client("tap.py"), daemon.Address.Authority],
            pythonPath: _folder.Path);

        await SendUntilAsync(daemon, program);

        Assert.Equal(
            $"frames=2 routes=noise,rain size={Width}x{Height} bytes={Width * Height * 3}", (await program).Trim());
    }

    private static Task<RunningDaemon> StartAsync(TapOptions tap, SecurityOptions? security = null) =>
        RunningDaemon.StartAsync(configure: settings => settings with
        {
            Tap = tap,
            Security = security ?? settings.Security,
        });

    // A stream of noise and one of rain, each frame another one, until what waits for them has enough.
    private static Task SendUntilAsync(RunningDaemon daemon, Task enough) => Task.WhenAll(
        SendUntilAsync(daemon, Degradation.Noise, enough), SendUntilAsync(daemon, Degradation.Rain, enough));

    private static async Task SendUntilAsync(RunningDaemon daemon, Degradation degradation, Task enough)
    {
        await using var stream = await daemon.OpenAsync(Streaming.Rgb(Width, Height));
        var receiving = ReceiveAllAsync(stream);
        for (var number = 0; !enough.IsCompleted; number++)
        {
            await stream.SendAsync(Draw(degradation, number)).AsTask().WaitAsync(Patience.Limit);
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        await receiving.WaitAsync(Patience.Limit);
    }

    // Red and green tell the tests' classifier the degradation; blocks of blue make each frame unlike the others.
    private static byte[] Draw(Degradation degradation, int number)
    {
        const int Side = 10;
        var pixels = Streaming.Paint(degradation, 0, Width, Height);
        for (var index = 0; index < Width * Height; index++)
        {
            var block = (index % Width / Side) + (index / Width / Side * Width);
            pixels[(index * 3) + TestFrames.BlueOffset] = (byte)(
                new Prng((ulong)number, (ulong)block).NextInt32(0, 250));
        }

        return pixels;
    }

    private static async Task ReceiveAllAsync(RestoreStream stream)
    {
        await foreach (var reply in stream.ReceiveAsync())
        {
            Assert.Equal(RestoreError.None, reply.Error);
        }
    }

    private static async Task<StatusCode> OpenAndEndAsync(RestoreClient client)
    {
        try
        {
            await using var tap = await OpenTapAsync(client, new TapFramesRequest());
            return StatusCode.OK;
        }
        catch (DaemonException exception)
        {
            return exception.StatusCode;
        }
    }

    private static async Task<OpenTap> OpenTapAsync(RestoreClient client, TapFramesRequest request)
    {
        var tap = new OpenTap(client, request);
        await await Task.WhenAny(tap.Opened, tap.Ended).WaitAsync(Patience.Limit);
        return tap;
    }

    private sealed class OpenTap : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OpenTap(RestoreClient client, TapFramesRequest request) => Ended = ReadAsync(client, request);

        public Task Opened => _opened.Task;

        public Task<List<TappedFrame>> Ended { get; }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await Ended.WaitAsync(Patience.Limit).ContinueWith(_ => { }, TaskScheduler.Default);
            _ending.Dispose();
        }

        private async Task<List<TappedFrame>> ReadAsync(RestoreClient client, TapFramesRequest request)
        {
            var frames = new List<TappedFrame>();
            await foreach (var frame in client.TapAsync(request, _ => _opened.SetResult(), _ending.Token))
            {
                frames.Add(frame);
            }

            return frames;
        }
    }

    private sealed class OpeningWriter(string text) : StringWriter
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public override void WriteLine(string? value)
        {
            lock (_seen)
            {
                base.WriteLine(value);
            }

            if (value?.StartsWith(text, StringComparison.Ordinal) == true)
            {
                _seen.TrySetResult();
            }
        }
    }
}
