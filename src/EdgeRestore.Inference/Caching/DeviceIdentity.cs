using System.Globalization;

namespace EdgeRestore.Inference.Caching;

/// <summary>The software and hardware that an engine is bound to.</summary>
internal sealed record DeviceIdentity
{
    public required string OnnxRuntime { get; init; }

    /// <summary>Null where the library is not there.</summary>
    public required string? TensorRt { get; init; }

    /// <summary>The CUDA run time's version.</summary>
    public required string? Cuda { get; init; }

    /// <summary>The kernel driver's version.</summary>
    public required string? Driver { get; init; }

    /// <summary>Such as 8.7 for an Orin.</summary>
    public required string? ComputeCapability { get; init; }

    public required string? Gpu { get; init; }

    /// <summary>TensorRT refuses engines of a GPU with more memory.</summary>
    public required long GpuMemoryBytes { get; init; }

    /// <summary>Release of Jetson Linux, such as R36.4.3; null elsewhere.</summary>
    public required string? JetsonLinux { get; init; }

    /// <summary>Operating system and processor, such as linux-arm64.</summary>
    public required string Platform { get; init; }

    /// <summary>Everything by name, as an engine's key takes it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parts =>
    [
        new("onnxruntime", OnnxRuntime),
        new("tensorrt", TensorRt ?? "none"),
        new("cuda", Cuda ?? "none"),
        new("driver", Driver ?? "none"),
        new("compute-capability", ComputeCapability ?? "none"),
        new("gpu", Gpu ?? "none"),
        new("gpu-memory", GpuMemoryBytes.ToString(CultureInfo.InvariantCulture)),
        new("jetson-linux", JetsonLinux ?? "none"),
        new("platform", Platform),
    ];

    /// <summary>Null when an engine can be bound to it; else what is not known.</summary>
    public string? Gap => (TensorRt, Cuda, ComputeCapability) switch
    {
        (null, _, _) => "TensorRT's version",
        (_, null, _) => "CUDA's version",
        (_, _, null) => "the GPU's compute capability",
        _ => null,
    };
}
