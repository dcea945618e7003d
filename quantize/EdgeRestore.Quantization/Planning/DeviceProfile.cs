using System.Collections.Immutable;

namespace EdgeRestore.Quantization.Planning;

/// <summary>A form that a device can take: a precision for a provider.</summary>
/// <param name="Precision">As in the package's manifest.</param>
/// <param name="Provider">What runs it there.</param>
/// <param name="Expectation">What it is worth there, and where that is known from.</param>
public sealed record DeviceForm(string Precision, string Provider, string Expectation);

/// <summary>
/// What a kind of device runs well. Forms for the CPU are measured here; those for GPUs only on the device.
/// </summary>
public sealed record DeviceProfile(string Name, string Description, ImmutableArray<DeviceForm> Forms)
{
    private const string CpuInt8 = "measured by this tool on the CPU that it runs on; with 8-bit dot products (VNNI, "
        + "A78AE) about 1.5 times FP32 on convolutions";

    private static readonly DeviceForm HalfOnCuda = new(
        "fp16", "cuda",
        "not measured off the device; tensor cores do twice FP32's arithmetic or more, in half the memory");

    private static readonly DeviceForm Int8OnTensorRt = new(
        "int8", "tensorrt", "not measured off the device; pays over FP16 where convolutions outweigh attention");

    public static ImmutableArray<DeviceProfile> All { get; } =
    [
        new("cpu", "this machine's CPU", [new("int8", "cpu", CpuInt8)]),
        new("x64-cuda", "PC or server with an NVIDIA GPU", [HalfOnCuda, new("int8", "cpu", CpuInt8)]),
        new("orin-nano", "Jetson Orin Nano, 4 or 8 GB", [HalfOnCuda, Int8OnTensorRt]),
        new("orin-nx", "Jetson Orin NX, 8 or 16 GB", [HalfOnCuda, Int8OnTensorRt]),
        new("agx-orin", "Jetson AGX Orin, 32 or 64 GB", [HalfOnCuda, Int8OnTensorRt]),
        new("xavier", "Jetson Xavier", [HalfOnCuda, Int8OnTensorRt]),
    ];

    public static DeviceProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);
}
