using System.Globalization;

namespace EdgeRestore.Inference.Caching;

/// <summary>Options of ONNX Runtime's TensorRT provider, by the provider's own names.</summary>
/// <remarks>
/// Names and meaning: include/onnxruntime/core/providers/tensorrt/tensorrt_provider_options.h of ONNX Runtime 1.29 and
/// https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html.
/// </remarks>
internal static class TensorRtOptions
{
    /// <summary>Inputs of a subnetwork whose size varies; a profile must name these and no other.</summary>
    private const string FrameInput = "frame";

    /// <summary>What decides an engine's bytes. Precision flags are off: precision is in the graph.</summary>
    public static SortedDictionary<string, string> Of(EngineShapes shapes, BuilderOptions options)
    {
        ArgumentNullException.ThrowIfNull(shapes);
        ArgumentNullException.ThrowIfNull(options);
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["trt_auxiliary_streams"] = Text(options.AuxiliaryStreams),
            ["trt_bf16_enable"] = "0",
            ["trt_builder_optimization_level"] = Text(options.Level),
            ["trt_dla_enable"] = "0",
            ["trt_engine_hw_compatible"] = "0",
            ["trt_fp16_enable"] = "0",
            ["trt_int8_enable"] = "0",
            ["trt_max_workspace_size"] = Text(options.WorkspaceBytes),
            ["trt_sparsity_enable"] = "0",
        };
        if (!shapes.IsFixed)
        {
            all["trt_profile_min_shapes"] = Profile(shapes.Min);
            all["trt_profile_opt_shapes"] = Profile(shapes.Opt);
            all["trt_profile_max_shapes"] = Profile(shapes.Max);
        }

        return all;
    }

    /// <summary>The same, with the cache where the engine is, or is to be written.</summary>
    /// <param name="shapes">Frames that the engine takes.</param>
    /// <param name="options">The builder's.</param>
    /// <param name="prefix">The key's.</param>
    /// <param name="folder">The engine's.</param>
    /// <param name="timingFolder">Of measured kernels; null to read an engine that is there.</param>
    public static SortedDictionary<string, string> Of(
        EngineShapes shapes, BuilderOptions options, string prefix, string folder, string? timingFolder)
    {
        var all = Of(shapes, options);
        all["device_id"] = "0";
        all["trt_engine_cache_enable"] = "1";
        all["trt_engine_cache_path"] = folder;
        all["trt_engine_cache_prefix"] = prefix;
        if (timingFolder is not null)
        {
            all["trt_timing_cache_enable"] = "1";
            all["trt_timing_cache_path"] = timingFolder;

            // A cache of another GPU is to be refused, not bent.
            all["trt_force_timing_cache"] = "0";
        }

        return all;
    }

    /// <summary>
    /// Free dimensions to fix for frames of one size: TensorRT then sees constants, wherever it takes the graph up,
    /// where a profile would have to name the inputs of every part. None for a range, which has a profile.
    /// </summary>
    /// <remarks>
    /// A profile for inputs of constant size would make the provider rebuild at every load: it compares the profile
    /// with the inputs of varying size that it noted.
    /// </remarks>
    public static IReadOnlyDictionary<string, long> FixedDimensions(EngineShapes shapes) => shapes.IsFixed
        ? new Dictionary<string, long> { ["batch"] = 1, ["height"] = shapes.Min.Height, ["width"] = shapes.Min.Width }
        : new Dictionary<string, long>();

    private static string Profile(EngineSize size) =>
        string.Create(CultureInfo.InvariantCulture, $"{FrameInput}:1x{size.Height}x{size.Width}x3");

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
