using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Tests;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Engines;

/// <summary>A package, an empty cache and a device that is an Orin.</summary>
internal sealed class EngineFixture : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-engines-").FullName;

    public EngineFixture()
    {
        Package = new TestPackage().Write(Path.Combine(_folder, "package"));
        Cache = new EngineCache(Path.Combine(_folder, "cache"));
    }

    public static EngineTask Task { get; } =
        new("noise.onnx", "noise.onnx", "fp32", new EngineShapes(new EngineSize(64, 48)));

    public ModelPackage Package { get; }

    public EngineCache Cache { get; }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public EngineCache CacheOver(DurableFiles files) => new(Cache.Directory, files);

    public Task<BuildOutcome> BuildAsync(
        EngineBackend backend, DeviceIdentity? device = null, EngineTask? task = null, EngineCache? cache = null,
        ModelPackage? package = null,
        BuilderOptions? options = null, Action<BuildProgress>? tell = null, CancellationToken token = default) =>
        new EngineBuild(cache ?? Cache, backend, device ?? TestEngines.Device, TimeProvider.System)
            .RunAsync(package ?? Package, task ?? Task, options ?? new BuilderOptions(), tell ?? (_ => { }), token);

    public EngineKey KeyOf(DeviceIdentity? device = null) =>
        EngineKey.Of(Package, Task.File, Task.Shapes, new BuilderOptions(), device ?? TestEngines.Device);

    /// <summary>Nothing of unfinished builds.</summary>
    public bool IsTidy => !Directory.Exists(Cache.BuildingDirectory)
        || !Directory.EnumerateFileSystemEntries(Cache.BuildingDirectory).Any();

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
