using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Caching;

/// <summary>Where a restorer's TensorRT engines come from. It opens what is there, and never builds.</summary>
/// <param name="Cache">Of this machine.</param>
/// <param name="Device">This machine.</param>
/// <param name="Open">Opens an engine that is whole and of this device and package.</param>
internal sealed record EngineSource(
    EngineCache Cache, DeviceIdentity Device, Func<ModelPackage, CachedEngine, Engine> Open)
{
    /// <summary>This machine's engines, opened with ONNX Runtime's TensorRT provider.</summary>
    /// <exception cref="EngineException">TensorRT or a GPU is missing; the message is a reason.</exception>
    public static EngineSource ForThisMachine(RestorerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Engine.RequireTensorRt();
        var device = DeviceReading.Read(options.OnnxRuntimeDirectory);
        return device.Gap is { } gap
            ? throw new EngineException($"{gap} cannot be read")
            : new EngineSource(new EngineCache(options.EngineDirectory), device, OpenWithTensorRt);
    }

    private static Engine OpenWithTensorRt(ModelPackage package, CachedEngine cached)
    {
        var manifest = cached.Manifest!;

        // A context model holds nothing that could be built; the graph does, and then its files are watched.
        var path = manifest.ContextModel is { } context
            ? Path.Combine(cached.Folder, context)
            : package.GetPath(manifest.File);
        return Engine.OpenTensorRt(
            new EngineName(package.Sha256, manifest.File, manifest.Precision, "tensorrt", manifest.Key["onnxruntime"]),
            path,
            TensorRtOptions.Of(cached.Shapes, manifest.Builder, cached.Prefix, cached.Folder, timingFolder: null),
            TensorRtOptions.FixedDimensions(cached.Shapes), CancellationToken.None);
    }
}
