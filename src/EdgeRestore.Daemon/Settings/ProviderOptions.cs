namespace EdgeRestore.Daemon.Settings;

/// <summary>What computes: the device, and the libraries and engines for it.</summary>
internal sealed record ProviderOptions
{
    /// <value>auto, cpu, cuda or tensorrt; auto.</value>
    [OneOf("auto", "cpu", "cuda", "tensorrt")]
    public string Device { get; init; } = "auto";

    /// <summary>
    /// Which form of a route runs, where the package has several for the device; health tells what was chosen.
    /// </summary>
    /// <value>auto, fp32, fp16 or int8; auto: what is fastest here, by trying.</value>
    [OneOf("auto", "fp32", "fp16", "int8")]
    public string Precision { get; init; } = "auto";

    /// <summary>Folder of another ONNX Runtime, such as JetPack's.</summary>
    /// <value>Without one: the library that comes with the program.</value>
    public string? OnnxRuntime { get; init; }

    /// <summary>
    /// Folder of TensorRT engines, which <c>quantize engine build --cache</c> fills; the daemon only reads it.
    /// </summary>
    /// <value>Without one: EDGERESTORE_ENGINES, or else the user's own cache.</value>
    public string? Engines { get; init; }
}
