using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using EdgeRestore.Inference.Engines;

namespace EdgeRestore.Inference.Caching;

/// <summary>Asks the libraries of this machine which versions they are, and the driver which GPU there is.</summary>
internal sealed unsafe partial class DeviceReading
{
    // cuda.h, CUdevice_attribute.
    private const int MajorAttribute = 75;
    private const int MinorAttribute = 76;

    private readonly Func<string, nint> _load;
    private readonly string _root;

    /// <param name="load">Library name to handle, 0 for none.</param>
    /// <param name="root">Folder that stands for / in tests.</param>
    internal DeviceReading(Func<string, nint> load, string root)
    {
        _load = load;
        _root = root;
    }

    /// <summary>Reads this machine.</summary>
    /// <param name="onnxRuntimeDirectory">As in <see cref="RestorerOptions.OnnxRuntimeDirectory"/>.</param>
    /// <exception cref="EngineException">ONNX Runtime cannot be loaded.</exception>
    public static DeviceIdentity Read(string? onnxRuntimeDirectory)
    {
        var version = OnnxRuntimeLibrary.Load(onnxRuntimeDirectory).GetVersionString();
        var libraries = ProviderLibraries.Find(ExecutionProvider.TensorRt, onnxRuntimeDirectory).All;
        string Named(string stem) =>
            libraries.FirstOrDefault(library => library.Name.StartsWith(stem + ".so", StringComparison.Ordinal))?.Name
                ?? stem;
        return new DeviceReading(name => NativeLibrary.TryLoad(name, out var handle) ? handle : 0, "/")
            .Read(version, Named("libnvinfer"), Named("libcudart"));
    }

    internal DeviceIdentity Read(string onnxRuntime, string tensorRtLibrary, string cudaLibrary)
    {
        var (name, capability, memory) = ReadGpu();
        return new DeviceIdentity
        {
            OnnxRuntime = onnxRuntime,
            TensorRt = ReadTensorRt(tensorRtLibrary),
            Cuda = ReadCuda(cudaLibrary),
            Driver = ReadDriver(),
            ComputeCapability = capability,
            Gpu = name,
            GpuMemoryBytes = memory,
            JetsonLinux = ReadJetsonLinux(),
            Platform = RuntimeInformation.RuntimeIdentifier,
        };
    }

    // NvInferRuntime.h: int32_t getInferLibVersion(); since TensorRT 10 major x 10000 + minor x 100 + patch, before
    // that major x 1000 + minor x 100 + patch.
    private string? ReadTensorRt(string library)
    {
        if (Find(library, "getInferLibVersion") is not { } function)
        {
            return null;
        }

        var version = ((delegate* unmanaged[Cdecl]<int>)function)();
        var scale = version >= 10_000 * 10 ? 10_000 : 1_000;
        return string.Create(
            CultureInfo.InvariantCulture, $"{version / scale}.{version % scale / 100}.{version % 100}");
    }

    // cuda_runtime_api.h: cudaError_t cudaRuntimeGetVersion(int*); major x 1000 + minor x 10.
    private string? ReadCuda(string library)
    {
        int version;
        return Find(library, "cudaRuntimeGetVersion") is { } function
            && ((delegate* unmanaged[Cdecl]<int*, int>)function)(&version) == 0 ? Version(version) : null;
    }

    private string? ReadDriver()
    {
        var kernel = ReadLine("proc/driver/nvidia/version") is { } line
            && KernelModule().Match(line) is { Success: true } match
            ? match.Groups["version"].Value
            : null;
        int version;
        var api = Find("libcuda.so.1", "cuDriverGetVersion") is { } function
            && ((delegate* unmanaged[Cdecl]<int*, int>)function)(&version) == 0 ? $"CUDA {Version(version)}" : null;
        return (kernel, api) switch
        {
            (null, null) => null,
            _ => string.Join(", ", new[] { kernel, api }.Where(part => part is not null)),
        };
    }

    // cuda.h: all return 0 for success; device 0 is the one that the provider is given.
    private (string? Name, string? Capability, long MemoryBytes) ReadGpu()
    {
        const string driver = "libcuda.so.1";
        if (Find(driver, "cuInit") is not { } init || Find(driver, "cuDeviceGet") is not { } get
            || Find(driver, "cuDeviceGetName") is not { } getName
            || Find(driver, "cuDeviceGetAttribute") is not { } getAttribute
            || Find(driver, "cuDeviceTotalMem_v2") is not { } getMemory)
        {
            return default;
        }

        const int nameBytes = 256;
        var name = stackalloc byte[nameBytes];
        int device, major, minor;
        nuint memory;
        if (((delegate* unmanaged[Cdecl]<uint, int>)init)(0) != 0
            || ((delegate* unmanaged[Cdecl]<int*, int, int>)get)(&device, 0) != 0
            || ((delegate* unmanaged[Cdecl]<byte*, int, int, int>)getName)(name, nameBytes, device) != 0
            || ((delegate* unmanaged[Cdecl]<int*, int, int, int>)getAttribute)(&major, MajorAttribute, device) != 0
            || ((delegate* unmanaged[Cdecl]<int*, int, int, int>)getAttribute)(&minor, MinorAttribute, device) != 0
            || ((delegate* unmanaged[Cdecl]<nuint*, int, int>)getMemory)(&memory, device) != 0)
        {
            return default;
        }

        var text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name));
        return (text, string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}"), (long)memory);
    }

    // Jetson Linux writes "# R36 (release), REVISION: 4.3, GCID: ..., BOARD: ...".
    private string? ReadJetsonLinux() =>
        ReadLine("etc/nv_tegra_release") is { } line && JetsonRelease().Match(line) is { Success: true } match
            ? $"R{match.Groups["release"].Value}.{match.Groups["revision"].Value}"
            : null;

    private string? ReadLine(string path)
    {
        try
        {
            return File.ReadLines(Path.Combine(_root, path)).FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private nint? Find(string library, string function) =>
        _load(library) is not 0 and var handle && NativeLibrary.TryGetExport(handle, function, out var address)
            ? address
            : null;

    private static string Version(int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    [GeneratedRegex(@"Kernel Module(?: for \S+)?\s+(?<version>[\d.]+)")]
    private static partial Regex KernelModule();

    [GeneratedRegex(@"^# R(?<release>\d+) \(release\), REVISION: (?<revision>[\d.]+)")]
    private static partial Regex JetsonRelease();
}
