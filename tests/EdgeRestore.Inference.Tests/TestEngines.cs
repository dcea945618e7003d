using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Tests;

/// <summary>Engines of the CPU provider that stand in a cache for TensorRT's, which no test machine has.</summary>
internal static class TestEngines
{
    /// <summary>The device that they pass for.</summary>
    public static DeviceIdentity Device { get; } = new()
    {
        OnnxRuntime = "1.29.0",
        TensorRt = "10.3.0",
        Cuda = "12.6",
        Driver = "540.4.0, CUDA 12.6",
        ComputeCapability = "8.7",
        Gpu = "Orin",
        GpuMemoryBytes = 8L << 30,
        JetsonLinux = "R36.4.3",
        Platform = "linux-arm64",
    };

    /// <summary>Publishes an engine of a package's graph that took 5 ms a frame.</summary>
    /// <param name="shapes">As in names of engines: 64x48.</param>
    /// <param name="device">The one it was built on; <see cref="Device"/> when not given.</param>
    /// <param name="change">What its manifest says otherwise.</param>
    public static CachedEngine Publish(
        EngineCache cache, ModelPackage package, string file, string shapes, DeviceIdentity? device = null,
        Func<EngineManifest, EngineManifest>? change = null)
    {
        var key = EngineKey.Of(
            package, file, EngineShapes.TryParse(shapes)!, new BuilderOptions(), device ?? Device);
        var folder = cache.CreateBuilding(key.Prefix);
        File.WriteAllText(Path.Combine(folder, key.Prefix + "_1_0_0_sm87.engine"), "an engine");
        var manifest = new EngineManifest
        {
            Format = EngineManifest.CurrentFormat,
            Package = "test 1.0.0",
            File = file,
            Precision = "fp32",
            Shapes = shapes,
            Builder = new BuilderOptions(),
            KeySha256 = key.Sha256,
            Key = key.Parts,
            BuiltAt = DateTimeOffset.UnixEpoch,
            BuildSeconds = 60,
            RunMilliseconds = 5,
            PsnrToCpu = 60,
            PartCount = 1,
            Files = [],
        };
        return cache.Publish(folder, key.Prefix, change?.Invoke(manifest) ?? manifest);
    }

    /// <summary>Opens what was published as a graph of the package in <paramref name="folder"/>, on the CPU.</summary>
    public static Engine Open(CachedEngine cached, string folder) => Engine.Build(
        new EngineName("", cached.Manifest!.File, "fp32", "tensorrt", ""), Path.Combine(folder, cached.Manifest.File),
        ExecutionProvider.Cpu, threads: 1);
}
