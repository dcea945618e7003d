using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Tests.Engines;

public sealed class EngineCommandTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [WithoutTensorRtFact]
    public async Task Build_WithoutTensorRt_NamesEveryMissingLibraryAndWhatRunsInstead()
    {
        var (code, _, error) = await RunAsync("engine", "build", _fixture.Package.Directory, "--shape", "64x48");

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains("libnvinfer.so.10", error, StringComparison.Ordinal);
        Assert.Contains("libcudart.so.13", error, StringComparison.Ordinal);
        Assert.Contains("libcudnn.so.9", error, StringComparison.Ordinal);
        Assert.Contains("cuda: ", error, StringComparison.Ordinal);
        Assert.Contains("Looked in LD_LIBRARY_PATH", error, StringComparison.Ordinal);
        Assert.Contains("frames run on c", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--shape is '64'. Allowed: WIDTHxHEIGHT", "--shape", "64")]
    [InlineData("Allowed: WIDTHxHEIGHT", "--shape", "64x48..32x32..128x96")]
    [InlineData("Give either --shape, once or more, or --plan.")]
    [InlineData("Give either --shape, once or more, or --plan.", "--shape", "64x48", "--plan", "x")]
    [InlineData("--level is 6. Allowed: 0 to 5.", "--shape", "64x48", "--level", "6")]
    public async Task Build_WrongCommandLine_SaysWhatIsAllowed(string message, params string[] options)
    {
        var (code, _, error) = await RunAsync(["engine", "build", _fixture.Package.Directory, .. options]);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlanThenBuild_OnTheDevice_BuildsWhatWasPlanned()
    {
        var path = _fixture.PathOf("orin.plan");
        var (code, output, _) = await RunAsync(
            "engine", "plan", _fixture.Package.Directory, "--for", "orin-nx", "--shape", "64x48", "--shape", "128x96",
            "--level", "4", "--out", path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("engines of", output, StringComparison.Ordinal);

        var plan = EnginePlan.Load(path, _fixture.Package);
        EngineBuildCommand.RequireDevice(plan, TestEngines.Device);
        var (backend, told) = (new FakeBackend(), new StringWriter());
        code = await EngineBuildCommand.RunAsync(
            _fixture.Package, plan, new EngineBuild(_fixture.Cache, backend, TestEngines.Device, TimeProvider.System),
            new BuildMessages(told, TextWriter.Null, asJson: false), CancellationToken.None);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(plan.Engines.Length, backend.Builds.Count);
        Assert.All(backend.Builds, call => Assert.Equal("4", call.TensorRt["trt_builder_optimization_level"]));
        Assert.All(backend.Builds, call => Assert.Equal($"{2L << 30}", call.TensorRt["trt_max_workspace_size"]));
        Assert.Contains("noise.onnx 128x96: built in ", told.ToString(), StringComparison.Ordinal);
        Assert.Equal(plan.Engines.Length, _fixture.Cache.Enumerate(verifiesBytes: true).Count);
    }

    [Theory]
    [InlineData("xavier", "Volta")]
    [InlineData("cpu", "a CPU runs no engines")]
    public async Task Plan_DeviceWithoutEngines_SaysWhyAndWhatToServe(string device, string reason)
    {
        var (code, _, error) = await RunAsync(
            "engine", "plan", _fixture.Package.Directory, "--for", device, "--shape", "64x48", "--out",
            _fixture.PathOf("x.plan"));

        Assert.Equal(ExitCode.CannotRun, code);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains("Serve the", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_FramesBeyondTheDevicesMemory_AreLeftOutWithTheFigure()
    {
        var plan = EnginePlan.Of(
            _fixture.Package, EngineDevice.Find("orin-nano"), [EngineShapes.TryParse("4096x3072")!], "auto", 3);

        Assert.Empty(plan.Engines);
        Assert.Contains("4.3 GB, more than half of the 4.3 GB", plan.LeftOut[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8.9", "10.3.0", "this GPU (Orin) has 8.9")]
    [InlineData("8.7", "8.5.2", "TensorRT 8.5.2")]
    [InlineData(null, "10.3.0", "compute capability cannot be read")]
    public void Build_PlanOnAnotherDevice_IsRefused(string? capability, string tensorRt, string reason)
    {
        var plan = EnginePlan.Of(
            _fixture.Package, EngineDevice.Find("orin-nx"), [EngineFixture.Task.Shapes], "auto", 3);

        var exception = Assert.Throws<QuantizationException>(() => EngineBuildCommand.RequireDevice(
            plan, TestEngines.Device with { ComputeCapability = capability, TensorRt = tensorRt }));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PlanOfAnotherPackage_IsRefused()
    {
        var plan = EnginePlan.Of(
            _fixture.Package, EngineDevice.Find("orin-nx"), [EngineFixture.Task.Shapes], "auto", 3);
        (plan with { PackageSha256 = new string('0', 64) }).Save(_fixture.PathOf("other.plan"));
        (plan with { BuilderLevel = 7 }).Save(_fixture.PathOf("bent.plan"));

        Assert.Contains("Plan for this package", Assert.Throws<QuantizationException>(
            () => EnginePlan.Load(_fixture.PathOf("other.plan"), _fixture.Package)).Message, StringComparison.Ordinal);
        Assert.Contains("changed by hand", Assert.Throws<QuantizationException>(
            () => EnginePlan.Load(_fixture.PathOf("bent.plan"), _fixture.Package)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ListAndVerify_OnAnotherMachine_SayWhatHasChanged()
    {
        var built = await _fixture.BuildAsync(new FakeBackend());

        var (listed, list, _) = await RunAsync("engine", "list", "--cache", _fixture.Cache.Directory);
        var (verified, verify, _) = await RunAsync(
            "engine", "verify", "--cache", _fixture.Cache.Directory, "--package", _fixture.Package.Directory);

        Assert.Equal([ExitCode.Done, ExitCode.PartFailed], [listed, verified]);
        Assert.Contains("1 engines in " + _fixture.Cache.Directory, list, StringComparison.Ordinal);
        Assert.Contains("stale: noise.onnx 64x48 fp32", list, StringComparison.Ordinal);
        Assert.Contains("compute-capability is ", verify, StringComparison.Ordinal);
        Assert.Contains("0 of 1 engines", verify, StringComparison.Ordinal);
        Assert.True(Directory.Exists(built.Engine!.Folder));
    }

    [Fact]
    public async Task Verify_ProviderIsThere_RunsAFrameThroughEveryEngine()
    {
        await _fixture.BuildAsync(new FakeBackend());
        var backend = new FakeBackend();

        var (code, output) = await VerifyAsync(backend, gap: null);

        Assert.Equal(ExitCode.Done, code);
        Assert.Single(backend.Trials);
        Assert.Contains(
            "noise.onnx 64x48: a frame took 3.5 ms, 62.0 dB to the CPU's", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(62, 7)]
    public async Task Verify_EngineComputesSomethingElse_IsDamagedThoughItsBytesAreWhole(double psnr, long nonFinite)
    {
        await _fixture.BuildAsync(new FakeBackend());

        var (code, output) = await VerifyAsync(new FakeBackend { Trial = new(3.5, psnr, nonFinite) }, gap: null);

        Assert.Equal(ExitCode.PartFailed, code);
        Assert.Contains("damaged: noise.onnx", output, StringComparison.Ordinal);
        Assert.Contains("a frame failed: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_ProviderIsNotThere_SaysThatNoFrameWasRun()
    {
        await _fixture.BuildAsync(new FakeBackend());
        var backend = new FakeBackend();

        var (code, output) = await VerifyAsync(backend, gap: "TensorRT cannot run on this machine");

        Assert.Equal(ExitCode.Done, code);
        Assert.Empty(backend.Trials);
        Assert.Contains(
            "No frame was run through them: TensorRT cannot run on this machine.", output, StringComparison.Ordinal);
    }

    [WithoutTensorRtFact]
    public async Task Verify_OnThisMachine_SaysThatNoFrameWasRun()
    {
        var (code, output, _) = await RunAsync(
            "engine", "verify", "--engines", _fixture.Cache.Directory, "--package", _fixture.Package.Directory);

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains(
            "No frame was run through them: TensorRT cannot run on this machine", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> VerifyAsync(FakeBackend backend, string? gap)
    {
        using var output = new StringWriter();
        var engines = EngineCacheCommands.Judge(
            _fixture.Cache, TestEngines.Device, _fixture.Package, verifiesBytes: true);
        var code = await EngineCacheCommands.VerifyAsync(
            _fixture.Cache, engines, _fixture.Package, gap, backend, output);
        return (code, output.ToString());
    }

    [Fact]
    public async Task Clean_DeletesStaleDamagedAndUnfinished_AndLeavesWhatABuildHas()
    {
        var ready = await _fixture.BuildAsync(new FakeBackend());
        var stale = await _fixture.BuildAsync(new FakeBackend(), TestEngines.Device with { Driver = "1" });
        var busy = await _fixture.BuildAsync(new FakeBackend(), TestEngines.Device with { Driver = "2" });
        _fixture.Cache.CreateBuilding("noise-64x48-left");
        var output = new StringWriter();

        int code;
        using (_fixture.Cache.TryLock(busy.Engine!.Prefix))
        {
            code = await EngineCacheCommands.CleanAsync(
                _fixture.Cache,
                EngineCacheCommands.Judge(_fixture.Cache, TestEngines.Device, _fixture.Package, verifiesBytes: true),
                long.MaxValue, output);
        }

        Assert.Equal(ExitCode.PartFailed, code);
        Assert.Equal(
            [true, false, true],
            ((BuildOutcome[])[ready, stale, busy]).Select(built => Directory.Exists(built.Engine!.Folder)));
        Assert.True(_fixture.IsTidy);
        Assert.Contains("left, a build has it", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clean_WithABudget_KeepsTheNewest()
    {
        var older = await _fixture.BuildAsync(new FakeBackend());
        var newer = await _fixture.BuildAsync(
            new FakeBackend(), task: EngineFixture.Task with { Shapes = new EngineShapes(new EngineSize(128, 96)) });

        await EngineCacheCommands.CleanAsync(
            _fixture.Cache,
            EngineCacheCommands.Judge(_fixture.Cache, TestEngines.Device, _fixture.Package, verifiesBytes: true),
            newer.Engine!.LengthBytes, TextWriter.Null);

        Assert.Equal([false, true], [Directory.Exists(older.Engine!.Folder), Directory.Exists(newer.Engine.Folder)]);
    }

    [Fact]
    public void Report_LibrariesOfAnotherBuild_AreReadFromTheProvider()
    {
        // This test's own runtime stands for a provider: what it asks for is in its file.
        var folder = _fixture.PathOf("runtime");
        Directory.CreateDirectory(folder);
        var runtime = Directory.EnumerateFiles(
            AppContext.BaseDirectory, "libonnxruntime.so", SearchOption.AllDirectories)
            .First();
        File.Copy(runtime, Path.Combine(folder, "libonnxruntime_providers_cuda.so"));

        Assert.Contains("libc.so.6", ElfFile.ReadNeeded(runtime));
        var found = ProviderLibraries.Find(
            ExecutionProvider.Cuda, folder,
            name => name == "libcuda.so.1" ? ("/lib/libcuda.so.1", null) : (null, "not found"));

        Assert.False(found.IsComplete);
        Assert.DoesNotContain(
            found.Missing, library => library.Name is "libcuda.so.1" or "libonnxruntime_providers_cuda.so");
        Assert.Contains(found.Missing, library => library.Name == "libcudart.so.13" && library.Problem == "not found");
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await CommandLine.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

/// <summary>What is said of missing libraries cannot be tried where none is missing.</summary>
public sealed class WithoutTensorRtFactAttribute : FactAttribute
{
    private static readonly bool IsComplete = ProviderReport.Read(null).TensorRt.IsComplete;

    public WithoutTensorRtFactAttribute() =>
        Skip = IsComplete ? "This machine has TensorRT: the want of it cannot be tried." : null;
}
