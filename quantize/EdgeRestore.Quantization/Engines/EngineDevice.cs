using System.Collections.Immutable;
using EdgeRestore.Inference.Caching;

namespace EdgeRestore.Quantization.Engines;

/// <summary>What TensorRT can do on a kind of device, as far as that is known without it.</summary>
/// <param name="Name">As <c>--for</c> takes it.</param>
/// <param name="ComputeCapability">Null where models differ.</param>
/// <param name="MemoryBytes">Of the smallest model; on a Jetson the system's too.</param>
/// <param name="IsMemoryShared">Whether the CPU lives in the same memory.</param>
/// <param name="MaxOpset">Of ONNX, that its TensorRT reads.</param>
/// <param name="Obstacle">Why it gets no engines; null where it does.</param>
/// <remarks>
/// Modules and memory: NVIDIA's Jetson module data sheets. TensorRT of JetPack 6 is 10.3, which reads opsets up to 20;
/// of JetPack 5, the last for Xavier, 8.5. TensorRT 10 and its strongly typed networks:
/// https://docs.nvidia.com/deeplearning/tensorrt/latest/getting-started/support-matrix.html.
/// </remarks>
internal sealed record EngineDevice(
    string Name, string? ComputeCapability, long MemoryBytes, bool IsMemoryShared, int MaxOpset, string? Obstacle)
{
    private const long GiB = 1L << 30;

    // The least that TensorRT 10 supports is Turing; Volta, Xavier's, ended with 10.4.
    private const double LeastCapability = 7.5;

    public static ImmutableArray<EngineDevice> All { get; } =
    [
        new("orin-nano", "8.7", 4 * GiB, true, 20, null),
        new("orin-nx", "8.7", 8 * GiB, true, 20, null),
        new("agx-orin", "8.7", 32 * GiB, true, 20, null),
        new("xavier", "7.2", 8 * GiB, true, 17, "Xavier is Volta and ends with JetPack 5 and TensorRT 8.5; ONNX "
            + "Runtime 1.29's provider needs TensorRT 10, which has no Volta. Types in the graph, as FP16 and Q/DQ are "
            + "here, need TensorRT 9 too. Serve the fp16 form on device cuda"),
        new("x64-cuda", null, 8 * GiB, false, 20, null),
        new("cpu", null, 0, true, 0, "a CPU runs no engines. Serve the int8 form on device cpu"),
    ];

    /// <summary>
    /// Scratch memory for a kernel: a quarter of what other programs and frames also live in; no limit of ours
    /// elsewhere.
    /// </summary>
    public long WorkspaceBytes => IsMemoryShared ? MemoryBytes / 4 : 0;

    public static EngineDevice Find(string name) => All.Single(device => device.Name == name);

    /// <summary>Why a real device is not one of this kind, or cannot have engines; null where it can.</summary>
    public string? FindConflict(DeviceIdentity found)
    {
        ArgumentNullException.ThrowIfNull(found);
        if (ComputeCapability is { } expected && found.ComputeCapability != expected)
        {
            return $"the plan is for {Name} with compute capability {expected}, this GPU ({found.Gpu}) has "
                + $"{found.ComputeCapability}";
        }

        return FindLimit(found);
    }

    /// <summary>Why a device cannot have engines, whatever was planned; null where it can.</summary>
    public static string? FindLimit(DeviceIdentity found)
    {
        ArgumentNullException.ThrowIfNull(found);
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        if (!double.TryParse(found.ComputeCapability, culture, out var capability) || capability < LeastCapability)
        {
            return $"compute capability {found.ComputeCapability ?? "unknown"}, TensorRT 10 needs "
                + $"{LeastCapability.ToString(culture)} or more";
        }

        return int.TryParse(found.TensorRt?.Split('.')[0], culture, out var major) && major >= 10 ? null
            : $"TensorRT {found.TensorRt ?? "unknown"}, types in the graph and ONNX Runtime 1.29 need 10 or later";
    }
}
