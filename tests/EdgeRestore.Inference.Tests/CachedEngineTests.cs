using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>
/// Frames run on the step below until an engine is there, and on it from then on. Engines of the CPU provider stand in
/// for TensorRT's: they add one level more than the package, so that every frame tells where it ran.
/// </summary>
public sealed class CachedEngineTests : IDisposable
{
    private const int Below = 20;
    private const int OnEngine = 21;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-cached-").FullName;
    private readonly ModelPackage _package;
    private readonly EngineCache _cache;
    private readonly List<string> _opened = [];
    private TestNetwork _engine = new TestNetwork.Add(OnEngine);
    private Action<CachedEngine>? _whileOpening;

    public CachedEngineTests()
    {
        _package = Write("package", new TestNetwork.Add(Below));
        _cache = new EngineCache(Path.Combine(_folder, "cache"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Refresh_EngineAppears_FramesOfItsSizeSwitchAndOthersStay()
    {
        using var restorer = Load();
        Assert.Equal(Below, AddedBy(restorer, 64, 48));
        Assert.Equal(("tensorrt", false), Step(restorer));
        Assert.Contains(
            "build them with 'quantize engine build'", restorer.Providers[0].Reason, StringComparison.Ordinal);
        Publish("64x48");

        Assert.Equal(1, restorer.RefreshEngines(default));

        Assert.Equal(OnEngine, AddedBy(restorer, 64, 48));
        Assert.Equal(Below, AddedBy(restorer, 96, 48));
        Assert.Equal(("tensorrt", true), Step(restorer));
        Assert.Contains("1 engines: noise.onnx 64x48 fp32", restorer.Providers[0].Reason, StringComparison.Ordinal);
        Assert.Equal(0, restorer.RefreshEngines(default));
    }

    [Fact]
    public void Refresh_RangeOfSizes_TakesAllOfThem()
    {
        Publish("32x32..64x48..96x96");
        using var restorer = Load();
        restorer.RefreshEngines(default);

        Assert.Equal(
            [OnEngine, OnEngine, Below],
            [AddedBy(restorer, 32, 32), AddedBy(restorer, 96, 96), AddedBy(restorer, 128, 96)]);
    }

    [Fact]
    public void Load_Preload_TakesUpWhatIsThere()
    {
        Publish("64x48");

        using var restorer = Load(preload: true);

        Assert.Equal(OnEngine, AddedBy(restorer, 64, 48));
    }

    [Fact]
    public void Refresh_StaleDamagedAndOthers_AreLeftWithAReason()
    {
        Publish("64x48", TestEngines.Device with { Driver = "999" });
        var damaged = Publish("96x48");
        File.AppendAllText(Directory.EnumerateFiles(damaged.Folder, "*.engine").Single(), "x");
        Publish("128x48", package: Write("another", new TestNetwork.Add(3)));
        using var restorer = Load();

        Assert.Equal(0, restorer.RefreshEngines(default));

        Assert.Empty(_opened);
        Assert.Equal(
            [Below, Below, Below], [AddedBy(restorer, 64, 48), AddedBy(restorer, 96, 48), AddedBy(restorer, 128, 48)]);
        Assert.Contains(
            "driver is 540.4.0, CUDA 12.6, was 999", restorer.Providers[0].Reason, StringComparison.Ordinal);
        Assert.Contains("is damaged", restorer.Providers[0].Reason, StringComparison.Ordinal);
        Assert.Contains("graph is ", restorer.Providers[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_DamagedThenBuiltAgain_IsTakenUp()
    {
        var damaged = Publish("64x48");
        File.AppendAllText(Directory.EnumerateFiles(damaged.Folder, "*.engine").Single(), "x");
        using var restorer = Load();
        Assert.Equal(0, restorer.RefreshEngines(default));

        Publish("64x48", builtAtSecond: 1);

        Assert.Equal(1, restorer.RefreshEngines(default));
        Assert.Equal(OnEngine, AddedBy(restorer, 64, 48));
    }

    [Fact]
    public void Refresh_EngineThatComputesSomethingElse_IsNotUsed()
    {
        _engine = new TestNetwork.Add(Below + 90);
        Publish("64x48");
        using var restorer = Load();

        Assert.Equal(0, restorer.RefreshEngines(default));

        Assert.Equal(Below, AddedBy(restorer, 64, 48));
        Assert.Contains("computes something else", restorer.Providers[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_ProviderThatBuildsWhileItOpens_IsNotUsedAndItsFileIsDeleted()
    {
        var cached = Publish("64x48");
        var stray = Path.Combine(cached.Folder, "TensorrtExecutionProvider_again_sm87.engine");
        _whileOpening = _ => File.WriteAllText(stray, "built on the way");
        using var restorer = Load();

        Assert.Equal(0, restorer.RefreshEngines(default));

        Assert.False(File.Exists(stray));
        Assert.Equal(Below, AddedBy(restorer, 64, 48));
        Assert.Contains("was not found by the provider", restorer.Providers[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_EngineThatCannotBeOpened_IsNotTriedAgain()
    {
        Publish("64x48");
        _whileOpening = _ => throw new EngineException("TensorRT EP could not deserialize engine from cache");
        using var restorer = Load();

        Assert.Equal([0, 0], [restorer.RefreshEngines(default), restorer.RefreshEngines(default)]);

        Assert.Single(_opened);
        Assert.Contains("could not deserialize", restorer.Providers[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_EngineFailsInService_TheFrameRunsBelowAndTheEngineIsLeft()
    {
        // Passes its probe at 64x48, fails for 96x48, which its range holds too.
        _engine = new TestNetwork.FailsUnless(64, 48);
        var package = Write("same", new TestNetwork.Copy());
        Publish("64x48..64x48..96x48", package: package);
        using var restorer = Load(package);
        Assert.Equal(1, restorer.RefreshEngines(default));

        Assert.Equal(0, AddedBy(restorer, 96, 48));

        Assert.Equal(("tensorrt", false), Step(restorer));
        Assert.Contains("left in service", restorer.Providers[0].Reason, StringComparison.Ordinal);
        Assert.Equal(0, AddedBy(restorer, 64, 48));
    }

    [Fact]
    public void Restore_EngineGivesNaN_TheFrameRunsBelowAndTheEngineIsLeft()
    {
        _engine = new TestNetwork.NotANumberAt(251);
        var package = Write("same", new TestNetwork.Copy());
        Publish("64x48", package: package);
        using var restorer = Load(package);
        Assert.Equal(1, restorer.RefreshEngines(default));

        Assert.Equal(0, AddedBy(restorer, 64, 48, blue: 251));

        Assert.Contains("not finite", restorer.Providers[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fp32", 1)]
    [InlineData("int8", 0)]
    public void Refresh_PrecisionAskedFor_LeavesEnginesOfOthers(string precision, int expected)
    {
        Publish("64x48");
        using var restorer = Restorer.Load(
            _package, new RestorerOptions { Device = "cpu", Precision = precision }, Source());

        Assert.Equal(expected, restorer.RefreshEngines(default));
    }

    [Fact]
    public void Find_SeveralThatFit_TheFastestIsTaken()
    {
        Publish("32x32..64x48..96x96", milliseconds: 9);
        using var restorer = Load();
        restorer.RefreshEngines(default);
        _engine = new TestNetwork.Add(Below - 1);
        Publish("64x48", milliseconds: 2);

        restorer.RefreshEngines(default);

        Assert.Equal([Below - 1, OnEngine], [AddedBy(restorer, 64, 48), AddedBy(restorer, 96, 48)]);
    }

    [Fact]
    public void Restore_OnAnEngine_AllocatesNothing()
    {
        Publish("64x48");
        using var restorer = Load();
        restorer.RefreshEngines(default);
        var router = restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));
        using var input = TestFrames.Create(64, 48, Degradation.Noise, blue: 100);
        using var output = Frame.Rent(64, 48, PixelFormat.Rgb24);

        var bytes = AllocationMeter.LeastBytes(
            () => restorer.Restore(input, output, router, 1, CancellationToken.None), frameCount: 50);

        Assert.Equal(0, bytes);
        Assert.Equal(100 + OnEngine, output.Pixels[TestFrames.BlueOffset]);
    }

    private static (string Provider, bool IsUsed) Step(Restorer restorer) =>
        (restorer.Providers[0].Provider, restorer.Providers[0].IsUsed);

    private static int AddedBy(Restorer restorer, int width, int height, byte blue = 100)
    {
        using var input = TestFrames.Create(width, height, Degradation.Noise, blue: blue);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        var result = restorer.Restore(
            input, output, restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise)), 1, CancellationToken.None);
        Assert.Equal(RestoreError.None, result.Error);
        return output.Pixels[TestFrames.BlueOffset] - blue;
    }

    private ModelPackage Write(string name, TestNetwork noise) => new TestPackage
    {
        Routes = new TestPackage().Routes.Clear().Add(Degradation.Noise, noise)
            .Add(Degradation.Rain, new TestNetwork.Add(2)),
    }.Write(Path.Combine(_folder, name));

    private Restorer Load(ModelPackage? package = null, bool preload = false) =>
        Restorer.Load(package ?? _package, new RestorerOptions { Device = "cpu", Preload = preload }, Source());

    private EngineSource Source() => new(_cache, TestEngines.Device, (_, cached) =>
    {
        _opened.Add(cached.Prefix);
        _whileOpening?.Invoke(cached);
        var network = Write($"engine-{_opened.Count}", _engine);
        return TestEngines.Open(cached, network.Directory);
    });

    private CachedEngine Publish(
        string shapes, DeviceIdentity? device = null, ModelPackage? package = null, double milliseconds = 5,
        int builtAtSecond = 0)
    {
        return TestEngines.Publish(_cache, package ?? _package, "noise.onnx", shapes, device, manifest => manifest with
        {
            BuiltAt = manifest.BuiltAt.AddSeconds(builtAtSecond),
            RunMilliseconds = milliseconds,
        });
    }
}
