using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Tests.Search;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>
/// What the commands say to input that they cannot use; the package stays as it is and nothing is written.
/// </summary>
public sealed class BadInputTests : IDisposable
{
    private const string Calibrating = "(noise.onnx: ranges";

    private readonly TestFolder _folder = new();
    private readonly ModelPackage _source;

    public BadInputTests() => _source = TinyNetwork.WritePackage(_folder.PathOf("source"));

    public void Dispose()
    {
        Assert.Equal(_source.Sha256, ModelPackage.Open(_source.Directory).Sha256);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("calibrate")]
    [InlineData("auto")]
    public async Task Frames_None_SaysWhatIsLookedFor(string command)
    {
        Directory.CreateDirectory(_folder.PathOf("frames"));

        await RefusesAsync(command, _source, "has no frames to calibrate with", ".png");
    }

    [Theory]
    [InlineData("calibrate")]
    [InlineData("auto")]
    public async Task Frames_OfOneDegradationOnly_NamesTheRoutesWithoutAndWhatToAdd(string command)
    {
        var package = new TestPackage().Write(_folder.PathOf("twelve"));
        _folder.SaveScene("frames/noise/1.png", 1);

        await RefusesAsync(command, package, "found 1 of noise, none for rain, haze", "--routes", "clean photographs");
    }

    [Theory]
    [InlineData("calibrate")]
    [InlineData("auto")]
    public async Task Frames_TooSmall_SaysHowSmallAndHowLarge(string command)
    {
        _folder.SaveScene("frames/noise/1.png", 1, width: 63, height: 200);

        await RefusesAsync(command, _source, "63x200 is too small", "64 pixels");
    }

    [Theory]
    [InlineData("calibrate")]
    [InlineData("auto")]
    public async Task Frames_OfOneColour_SaysThatTheyShowNothing(string command)
    {
        _folder.SaveConstant("frames/noise/1.png", 96, 80);

        await RefusesAsync(command, _source, "one colour");
    }

    [Fact]
    public async Task Calibration_OfOneFrame_SaysThatItIsLittle()
    {
        _folder.SaveScene("frames/noise/1.png", 1);
        using var output = new StringWriter();

        var code = await CommandLine.RunAsync(
            [
                "calibrate", _source.Directory, "--frames", _folder.PathOf("frames"), "--out",
                _folder.PathOf("one.ercal"),
            ],
            output,
            TextWriter.Null);

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("1 frame: 1 noise", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("noise.onnx has seen one frame", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Out_ThatIsThereOrTheSource_IsRefusedBeforeTheWork()
    {
        _folder.SaveScene("frames/noise/1.png", 1);
        var (frames, there) = (_folder.PathOf("frames"), TinyNetwork.WritePackage(_folder.PathOf("there")));
        await RunAsync("calibrate", _source.Directory, "--frames", frames, "--out", _folder.PathOf("a.ercal"));
        string[][] commands =
        [
            ["fp16", _source.Directory, "--images", "0"],
            ["int8", _source.Directory, "--calibration", _folder.PathOf("a.ercal"), "--images", "0"],
            ["auto", _source.Directory, "--frames", frames, "--for", "orin-nx"],
            [
                "mixed", _source.Directory, "--calibration", _folder.PathOf("a.ercal"), "--frames", frames, "--for",
                "orin-nx",
            ],
        ];
        foreach (var arguments in commands)
        {
            var (occupied, error) = await RunAsync([.. arguments, "--out", there.Directory]);
            var (same, sameError) = await RunAsync([.. arguments, "--replace", "--out", _source.Directory + "/"]);

            Assert.Equal((ExitCode.CannotRun, ExitCode.WrongCommandLine), (occupied, same));
            Assert.Contains("something there already", error, StringComparison.Ordinal);
            Assert.Contains("the source package, which stays as it is", sameError, StringComparison.Ordinal);
            Assert.False(Path.Exists(there.Directory + ".work"), arguments[0]);
        }

        Assert.Equal(there.Sha256, ModelPackage.Open(there.Directory).Sha256);
    }

    [Fact]
    public async Task Calibration_OfAnotherPackage_IsRefused()
    {
        _folder.SaveScene("frames/noise/1.png", 1);
        var other = TestPackage.Of(new TestNetwork.Slow(3)).Write(_folder.PathOf("other"));
        Assert.Equal(ExitCode.Done, (await RunAsync(
            "calibrate", other.Directory, "--frames", _folder.PathOf("frames"), "--routes", "noise", "--out",
            _folder.PathOf("other.ercal"))).Code);

        var (code, error) = await RunAsync(
            "int8", _source.Directory, "--calibration", _folder.PathOf("other.ercal"), "--images", "0", "--out",
            _folder.PathOf("out"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains(other.Sha256, error, StringComparison.Ordinal);
        Assert.Contains("calibrate this one", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.PathOf("out")));
    }

    [Fact]
    public async Task Package_QuantizedAlready_IsRefusedByEveryCommandThatWouldQuantizeIt()
    {
        for (var seed = 0; seed < 4; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }

        var frames = _folder.PathOf("frames");
        await RunAsync("calibrate", _source.Directory, "--frames", frames, "--out", _folder.PathOf("a.ercal"));
        Assert.Equal(ExitCode.Done, (await RunAsync(
            "int8", _source.Directory, "--calibration", _folder.PathOf("a.ercal"), "--images", "0", "--profile",
            "tensorrt",
            "--out", _folder.PathOf("done"))).Code);
        var done = ModelPackage.Open(_folder.PathOf("done"));

        // A calibration that says it is of this package, whatever it holds.
        (CalibrationFile.Load(_folder.PathOf("a.ercal")) with { PackageSha256 = done.Sha256 })
            .Save(_folder.PathOf("done.ercal"));
        string[][] commands =
        [
            ["calibrate", done.Directory, "--frames", frames, "--out", _folder.PathOf("again")],
            ["fp16", done.Directory, "--images", "0", "--out", _folder.PathOf("again")],
            [
                "int8", done.Directory, "--calibration", _folder.PathOf("done.ercal"), "--images", "0", "--out",
                _folder.PathOf("again"),
            ],
            ["auto", done.Directory, "--frames", frames, "--for", "orin-nx", "--out", _folder.PathOf("again")],
        ];
        foreach (var arguments in commands)
        {
            var (code, error) = await RunAsync(arguments);

            Assert.True(code == ExitCode.CannotRun, $"{arguments[0]} ended with {code}: {error}");
            Assert.Contains("already", error, StringComparison.Ordinal);
            Assert.False(Path.Exists(_folder.PathOf("again")), arguments[0]);
        }

        Assert.Equal(done.Sha256, ModelPackage.Open(done.Directory).Sha256);
    }

    [Fact]
    public async Task Package_OfNetworksThatTakeTokens_IsRefusedByTheEncodersName()
    {
        var semantic = new PackageSemantic { File = "encoder.onnx", TokenSize = 8, PositionalEmbedding = "zero" };
        var package = PackageWriter.Write(
            _folder.PathOf("semantic"),
            _source.Manifest with { Files = [], Network = _source.Manifest.Network with { Semantic = semantic } },
            [
                .. _source.Manifest.Files.Select(
                    file => PackageContent.FromFile(file.Path, _source.GetPath(file.Path))),
                PackageContent.FromFile("encoder.onnx", _source.GetPath("noise.onnx")),
            ]);
        _folder.SaveScene("frames/noise/1.png", 1);
        var frames = _folder.PathOf("frames");

        string[][] commands =
        [
            ["calibrate", package.Directory, "--frames", frames, "--out", _folder.PathOf("out")],
            ["fp16", package.Directory, "--images", "0", "--out", _folder.PathOf("out")],
            ["auto", package.Directory, "--frames", frames, "--for", "orin-nx", "--out", _folder.PathOf("out")],
        ];
        foreach (var arguments in commands)
        {
            var (code, error) = await RunAsync(arguments);

            Assert.True(code == ExitCode.CannotRun, $"{arguments[0]} ended with {code}: {error}");
            Assert.Contains("tokens of the encoder 'encoder.onnx'", error, StringComparison.Ordinal);
            Assert.False(Path.Exists(_folder.PathOf("out")), arguments[0]);
        }
    }

    [Theory]
    [InlineData("--for", "orin-nx", "--out", "x.plan")]
    public async Task Shapes_WithoutBounds_AreAskedFor(params string[] options)
    {
        var (planned, planError) = await RunAsync(["engine", "plan", _source.Directory, .. options]);
        var (built, buildError) = await RunAsync("engine", "build", _source.Directory);
        var (open, openError) = await RunAsync("engine", "build", _source.Directory, "--shape", "640x360..");

        Assert.Equal(
            [ExitCode.WrongCommandLine, ExitCode.WrongCommandLine, ExitCode.WrongCommandLine], [planned, built, open]);
        Assert.Contains("--shape", planError, StringComparison.Ordinal);
        Assert.Contains("--shape", buildError, StringComparison.Ordinal);
        Assert.Contains("'640x360..'. Allowed: WIDTHxHEIGHT", openError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calibration_Interrupted_GoesOnAndIsTheSameByteForByte()
    {
        var package = TestPackage.Of(new TestNetwork.Slow(2)).Write(_folder.PathOf("small"));
        var arguments = CalibrationOfTwelve(package);
        using var interruption = new CancellationTokenSource();
        using var error = new InterruptingWriter(Calibrating, interruption);
        var code = await CommandLine.RunAsync(
            [.. arguments, _folder.PathOf("stopped.ercal")], TextWriter.Null, error, interruption.Token);
        Assert.True(code == ExitCode.Interrupted, $"{code}: {error}");
        Assert.False(File.Exists(_folder.PathOf("stopped.ercal")));
        Assert.False(CalibrationFile.Load(_folder.PathOf("stopped.ercal.partial")).IsComplete);

        var (unfinished, refusal) = await RunAsync(
            "int8", package.Directory, "--calibration", _folder.PathOf("stopped.ercal.partial"), "--images", "0",
            "--out",
            _folder.PathOf("out"));
        Assert.Equal(ExitCode.CannotRun, unfinished);
        Assert.Contains("goes on where it stopped", refusal, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Done, (await RunAsync([.. arguments, _folder.PathOf("stopped.ercal")])).Code);
        Assert.Equal(ExitCode.Done, (await RunAsync([.. arguments, _folder.PathOf("whole.ercal")])).Code);
        Assert.False(File.Exists(_folder.PathOf("stopped.ercal.partial")));
        Assert.Equal(
            await File.ReadAllBytesAsync(_folder.PathOf("whole.ercal")),
            await File.ReadAllBytesAsync(_folder.PathOf("stopped.ercal")));
    }

    [Fact]
    public async Task Calibration_CtrlC_LeavesItsState()
    {
        // Slow enough that frames are still to come when the signal arrives, however late that is; nothing waits for
        // them.
        var package = TestPackage.Of(new TestNetwork.Slow(150)).Write(_folder.PathOf("slow"));
        using var process = QuantizeProcess.Start([.. CalibrationOfTwelve(package), _folder.PathOf("stopped.ercal")]);
        await process.InterruptAtAsync(Calibrating);
        var (code, error) = await process.EndAsync();

        Assert.True(code == ExitCode.Interrupted, $"{code}: {error}");
        Assert.False(File.Exists(_folder.PathOf("stopped.ercal")));
        Assert.False(CalibrationFile.Load(_folder.PathOf("stopped.ercal.partial")).IsComplete);
    }

    private string[] CalibrationOfTwelve(ModelPackage package)
    {
        for (var seed = 0; seed < 12; seed++)
        {
            _folder.SaveScene($"frames/noise/{seed:d2}.png", seed, width: 256, height: 256);
        }

        return
        [
            "calibrate", package.Directory, "--frames", _folder.PathOf("frames"), "--routes", "noise", "--threads", "1",
            "--out",
        ];
    }

    private async Task RefusesAsync(string command, ModelPackage package, params string[] expected)
    {
        var (code, error) = await RunAsync(
            command, package.Directory, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("out"));

        Assert.True(code == ExitCode.CannotRun, $"{code}: {error}");
        Assert.All(expected, text => Assert.Contains(text, error, StringComparison.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.PathOf(""), "out*"));
    }

    private static async Task<(int Code, string Error)> RunAsync(params string[] arguments)
    {
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, TextWriter.Null, TextWriter.Synchronized(error));
        return (code, error.ToString());
    }

    /// <summary>Interrupts the command at its first line with a text, before the line's writer goes on.</summary>
    private sealed class InterruptingWriter(string text, CancellationTokenSource interruption) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains(text, StringComparison.Ordinal) == true)
            {
                interruption.Cancel();
            }
        }
    }
}
