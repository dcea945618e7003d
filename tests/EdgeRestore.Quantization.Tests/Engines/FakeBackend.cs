using System.Collections.Concurrent;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Tests.Engines;

/// <summary>Writes and reads the files that ONNX Runtime's TensorRT provider would, from the same options.</summary>
internal sealed class FakeBackend : EngineBackend
{
    public ConcurrentQueue<ProviderCall> Builds { get; } = [];

    public ConcurrentQueue<ProviderCall> Trials { get; } = [];

    /// <summary>Parts that TensorRT takes up.</summary>
    public int PartCount { get; init; } = 1;

    /// <summary>Happens while the provider builds, with the engine's files half written.</summary>
    public Action<CancellationToken>? WhileBuilding { get; set; }

    /// <summary>Whether the provider forgets under which name it wrote.</summary>
    public bool NamesDrift { get; init; }

    public bool LoadsContextModels { get; init; } = true;

    public EngineTrial Trial { get; init; } = new(3.5, 62, 0);

    public override void Build(ProviderCall call, CancellationToken token)
    {
        Builds.Enqueue(call);
        foreach (var path in PathsOf(call))
        {
            File.WriteAllText(path, "half an eng");
        }

        WhileBuilding?.Invoke(token);
        foreach (var path in PathsOf(call))
        {
            File.WriteAllText(
                path,
                $"engine of {Path.GetFileName(call.GraphPath)}, {File.ReadAllBytes(call.GraphPath).Length} bytes");
        }

        var timing = Path.Combine(
            call.TensorRt["trt_timing_cache_path"], "TensorrtExecutionProvider_cache_sm87.timing");
        File.AppendAllText(timing, "measured;");
    }

    public override EngineTrial Try(ProviderCall call, string referencePath, EngineSize size)
    {
        Trials.Enqueue(call);
        if (call.GraphPath.EndsWith("_ctx.onnx", StringComparison.Ordinal))
        {
            return LoadsContextModels
                ? Trial
                : throw new EngineException("Could not find an implementation for EPContext(1)");
        }

        // What is not found is built again, as the provider does.
        foreach (var path in PathsOf(call).Select(
            path => NamesDrift ? path.Replace("_sm87", "_again_sm87", StringComparison.Ordinal) : path)
            .Where(path => !File.Exists(path)))
        {
            File.WriteAllText(path, "built at load");
        }

        return Trial;
    }

    private IEnumerable<string> PathsOf(ProviderCall call) =>
        Enumerable.Range(0, PartCount).Select(part => Path.Combine(
        call.TensorRt["trt_engine_cache_path"],
        $"{call.TensorRt["trt_engine_cache_prefix"]}_1234_{part}_{part}_sm87.engine"));
}
