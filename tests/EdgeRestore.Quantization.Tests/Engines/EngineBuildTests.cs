using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Tests.Engines;

public sealed class EngineBuildTests : IDisposable
{
    // Nothing here waits so long; a hang is to fail, not to stay.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Run_NoEngine_BuildsOneThatIsReady()
    {
        var backend = new FakeBackend();

        var outcome = await _fixture.BuildAsync(backend);

        Assert.Equal(BuildResult.Built, outcome.Result);
        var found = _fixture.Cache.Find(_fixture.KeyOf())!;
        Assert.Equal(EngineState.Ready, found.State);
        Assert.Equal(
            ["noise.onnx 64x48", "1.29.0"],
            [$"{found.Manifest!.File} {found.Shapes}", found.Manifest.Key["onnxruntime"]]);
        Assert.Equal(62, found.Manifest.PsnrToCpu);
        Assert.True(_fixture.IsTidy);
    }

    [Fact]
    public async Task Run_TheProvider_IsGivenEveryPrecisionFlagOffAndThePrefix()
    {
        var backend = new FakeBackend();

        await _fixture.BuildAsync(backend);

        var call = Assert.Single(backend.Builds);
        var folder = call.TensorRt["trt_engine_cache_path"];
        Assert.Equal(_fixture.Cache.BuildingDirectory, Path.GetDirectoryName(folder));
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["device_id"] = "0",
                ["trt_auxiliary_streams"] = "-1",
                ["trt_bf16_enable"] = "0",
                ["trt_builder_optimization_level"] = "3",
                ["trt_dla_enable"] = "0",
                ["trt_engine_cache_enable"] = "1",
                ["trt_engine_cache_path"] = folder,
                ["trt_engine_cache_prefix"] = _fixture.KeyOf().Prefix,
                ["trt_engine_hw_compatible"] = "0",
                ["trt_force_timing_cache"] = "0",
                ["trt_fp16_enable"] = "0",
                ["trt_int8_enable"] = "0",
                ["trt_max_workspace_size"] = "0",
                ["trt_sparsity_enable"] = "0",
                ["trt_timing_cache_enable"] = "1",
                ["trt_timing_cache_path"] = folder + ".timing",
            },
            call.TensorRt);
        Assert.Equal(
            [new("batch", 1), new("height", 48), new("width", 64)],
            call.FixedDimensions.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_RangeOfSizes_HasAProfileOfTheFrameAndNoFixedSize()
    {
        var backend = new FakeBackend();

        await _fixture.BuildAsync(backend, task: EngineFixture.Task with
        {
            Shapes = EngineShapes.TryParse("32x32..64x48..128x96")!,
        });

        var call = Assert.Single(backend.Builds);
        Assert.Empty(call.FixedDimensions);
        Assert.Equal(
            ["frame:1x32x32x3", "frame:1x48x64x3", "frame:1x96x128x3"],
            [
                call.TensorRt["trt_profile_min_shapes"], call.TensorRt["trt_profile_opt_shapes"],
                call.TensorRt["trt_profile_max_shapes"],
            ]);
    }

    [Fact]
    public async Task Run_EngineThatIsThere_BuildsNothing()
    {
        await _fixture.BuildAsync(new FakeBackend());
        var backend = new FakeBackend();

        var outcome = await _fixture.BuildAsync(backend);

        Assert.Equal(BuildResult.Found, outcome.Result);
        Assert.Empty(backend.Builds);
    }

    [Fact]
    public async Task Run_TruncatedFile_BuildsAgainAndSaysWhy()
    {
        var first = await _fixture.BuildAsync(new FakeBackend());
        var engine = Directory.EnumerateFiles(first.Engine!.Folder, "*.engine").Single();
        using (var file = File.OpenWrite(engine))
        {
            file.SetLength(file.Length - 1);
        }

        Assert.Equal(EngineState.Damaged, _fixture.Cache.Find(_fixture.KeyOf())!.State);

        var outcome = await _fixture.BuildAsync(new FakeBackend());

        Assert.Equal(BuildResult.Built, outcome.Result);
        Assert.Contains("bytes", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(EngineState.Ready, _fixture.Cache.Find(_fixture.KeyOf())!.State);
    }

    [Fact]
    public async Task Find_OneByteChanged_IsDamaged()
    {
        var built = await _fixture.BuildAsync(new FakeBackend());
        var path = Directory.EnumerateFiles(built.Engine!.Folder, "*.engine").Single();
        var bytes = File.ReadAllBytes(path);
        bytes[3] ^= 1;
        File.WriteAllBytes(path, bytes);

        var found = _fixture.Cache.Find(_fixture.KeyOf())!;

        Assert.Equal(EngineState.Damaged, found.State);
        Assert.Contains("SHA-256", found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ContextModelLoads_IsKept()
    {
        var outcome = await _fixture.BuildAsync(new FakeBackend());

        var manifest = outcome.Engine!.Manifest!;
        Assert.Equal(outcome.Engine.Prefix + "_ctx.onnx", manifest.ContextModel);
        Assert.Contains(manifest.Files, file => file.Path == manifest.ContextModel);
    }

    [Theory]
    [InlineData(3, true, "3 parts")]
    [InlineData(1, false, "EPContext(1)")]
    public async Task Run_ContextModelThatCannotBe_IsLeftOutWithAReason(int partCount, bool loads, string reason)
    {
        var outcome = await _fixture.BuildAsync(new FakeBackend { PartCount = partCount, LoadsContextModels = loads });

        Assert.Equal(BuildResult.Built, outcome.Result);
        Assert.Null(outcome.Engine!.Manifest!.ContextModel);
        Assert.Contains(reason, outcome.Engine.Manifest.ContextNote, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Directory.EnumerateFiles(outcome.Engine.Folder), path => path.EndsWith(".onnx", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_NoPartOfTheGraph_Fails()
    {
        var outcome = await _fixture.BuildAsync(new FakeBackend { PartCount = 0 });

        Assert.Equal(BuildResult.Failed, outcome.Result);
        Assert.Contains("took up no part", outcome.Reason, StringComparison.Ordinal);
        Assert.True(_fixture.IsTidy);
        Assert.Empty(_fixture.Cache.Enumerate(verifiesBytes: true));
    }

    [Fact]
    public async Task Run_LoadThatBuildsAgain_Fails()
    {
        var outcome = await _fixture.BuildAsync(new FakeBackend { NamesDrift = true });

        Assert.Equal(BuildResult.Failed, outcome.Result);
        Assert.Contains("_again_sm87.engine", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(_fixture.Cache.Enumerate(verifiesBytes: true));
    }

    [Theory]
    [InlineData(20, 0)]
    [InlineData(double.NaN, 0)]
    [InlineData(70, 12)]
    public async Task Run_EngineThatComputesSomethingElse_IsNotKept(double psnr, long nonFinite)
    {
        var outcome = await _fixture.BuildAsync(new FakeBackend { Trial = new EngineTrial(1, psnr, nonFinite) });

        Assert.Equal(BuildResult.Failed, outcome.Result);
        Assert.Contains("computes something else", outcome.Reason, StringComparison.Ordinal);
        Assert.Empty(_fixture.Cache.Enumerate(verifiesBytes: true));
    }

    [Fact]
    public async Task Run_Timing_IsHandedToTheNextBuildOfThatDeviceOnly()
    {
        await _fixture.BuildAsync(new FakeBackend());
        var (same, other) = (new FakeBackend(), new FakeBackend());
        var larger = EngineFixture.Task with { Shapes = new EngineShapes(new EngineSize(128, 96)) };
        var files = new List<string>();
        same.WhileBuilding = _ => files.Add(ReadTiming(same));
        other.WhileBuilding = _ => files.Add(ReadTiming(other));

        await _fixture.BuildAsync(same, task: larger);
        await _fixture.BuildAsync(other, TestEngines.Device with { Driver = "999" });

        Assert.Equal(["measured;", ""], files);
        Assert.Equal(
            "measured;measured;",
            File.ReadAllText(Directory.EnumerateFiles(_fixture.Cache.TimingDirectory(TestEngines.Device)).Single()));
    }

    [Fact]
    public async Task Run_Progress_ComesInOrder()
    {
        var phases = new List<BuildPhase>();

        await _fixture.BuildAsync(new FakeBackend(), tell: progress => phases.Add(progress.Phase));

        Assert.Equal(phases.Order(), phases);
        Assert.Equal([BuildPhase.Trying, BuildPhase.Publishing], phases.Where(phase => phase > BuildPhase.Building));
    }

    [Fact]
    public async Task Run_TwoBuilders_BuildOnce()
    {
        using var isBuilding = new SemaphoreSlim(0);
        using var mayGoOn = new SemaphoreSlim(0);
        var first = new FakeBackend
        {
            WhileBuilding = _ =>
            {
                isBuilding.Release();
                mayGoOn.Wait(Limit, CancellationToken.None);
            },
        };
        var second = new FakeBackend();
        var building = _fixture.BuildAsync(first);
        Assert.True(await isBuilding.WaitAsync(Limit));

        var waiting = _fixture.BuildAsync(second, tell: progress =>
        {
            if (progress.Phase == BuildPhase.Waiting && mayGoOn.CurrentCount == 0)
            {
                mayGoOn.Release();
            }
        });

        Assert.Equal(BuildResult.Built, (await building.WaitAsync(Limit)).Result);
        Assert.Equal(BuildResult.Found, (await waiting.WaitAsync(Limit)).Result);
        Assert.Empty(second.Builds);
    }

    [Fact]
    public async Task Run_Interrupted_LeavesNoEngineAndGoesOnLater()
    {
        using var interruption = new CancellationTokenSource();
        var first = new FakeBackend
        {
            WhileBuilding = token => { interruption.Cancel(); token.ThrowIfCancellationRequested(); },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _fixture.BuildAsync(first, token: interruption.Token));

        Assert.Null(_fixture.Cache.Find(_fixture.KeyOf()));
        var outcome = await _fixture.BuildAsync(new FakeBackend());
        Assert.Equal(BuildResult.Built, outcome.Result);
        Assert.Equal("an earlier build did not end", outcome.Reason);
        Assert.True(_fixture.IsTidy);
    }

    [Fact]
    public async Task Run_InterruptedBetweenTwo_KeepsTheFirst()
    {
        await _fixture.BuildAsync(new FakeBackend());
        using var interruption = new CancellationTokenSource();
        var larger = EngineFixture.Task with { Shapes = new EngineShapes(new EngineSize(128, 96)) };
        var backend = new FakeBackend
        {
            WhileBuilding = token => { interruption.Cancel(); token.ThrowIfCancellationRequested(); },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _fixture.BuildAsync(backend, task: larger, token: interruption.Token));

        Assert.Equal(BuildResult.Found, (await _fixture.BuildAsync(new FakeBackend())).Result);
    }

    private static string ReadTiming(FakeBackend backend)
    {
        var folder = backend.Builds.Last().TensorRt["trt_timing_cache_path"];
        return string.Concat(Directory.EnumerateFiles(folder).Select(File.ReadAllText));
    }
}
