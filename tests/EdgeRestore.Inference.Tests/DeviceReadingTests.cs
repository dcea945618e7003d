using System.Diagnostics;
using System.Runtime.InteropServices;
using EdgeRestore.Inference.Caching;

namespace EdgeRestore.Inference.Tests;

/// <summary>Versions and GPU are asked for as the libraries' headers have it: small libraries in C answer.</summary>
public sealed class DeviceReadingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-device-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [CompilerTheory]
    [InlineData(101303, "10.13.3")]
    [InlineData(100300, "10.3.0")]
    [InlineData(8502, "8.5.2")]
    public void Read_OrinWithJetPack_TellsEveryPart(int version, string expected)
    {
        Write(
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX Open Kernel Module for aarch64  540.4.0  Release Build");
        Write("etc/nv_tegra_release", "# R36 (release), REVISION: 4.3, GCID: 38968081, BOARD: generic, EABI: aarch64");
        var nvidia = Compile($$"""
            #include <stddef.h>
            #include <string.h>
            int getInferLibVersion(void) { return {{version}}; }
            int cudaRuntimeGetVersion(int* version) { *version = 12060; return 0; }
            int cuInit(unsigned flags) { return flags; }
            int cuDriverGetVersion(int* version) { *version = 12060; return 0; }
            int cuDeviceGet(int* device, int ordinal) { *device = 40 + ordinal; return 0; }
            int cuDeviceGetName(char* name, int length, int device)
            {
                strncpy(name, device == 40 ? "Orin" : "?", length);
                return 0;
            }
            int cuDeviceGetAttribute(int* value, int attribute, int device)
            {
                *value = attribute == 75 ? 8 : attribute == 76 ? 7 : 0;
                return device == 40 ? 0 : 1;
            }
            int cuDeviceTotalMem_v2(size_t* bytes, int device) { *bytes = 7ull << 30; return 0; }
            """);

        var device = new DeviceReading(_ => nvidia, _folder).Read("1.29.0", "libnvinfer.so.10", "libcudart.so.13");

        Assert.Equal(
            new DeviceIdentity
            {
                OnnxRuntime = "1.29.0",
                TensorRt = expected,
                Cuda = "12.6",
                Driver = "540.4.0, CUDA 12.6",
                ComputeCapability = "8.7",
                Gpu = "Orin",
                GpuMemoryBytes = 7L << 30,
                JetsonLinux = "R36.4.3",
                Platform = RuntimeInformation.RuntimeIdentifier,
            },
            device);
        Assert.Null(device.Gap);
    }

    [CompilerTheory]
    [InlineData("int cuInit(unsigned flags) { return 100; }")]
    [InlineData("int unrelated(void) { return 0; }")]
    public void Read_DriverWithoutAGpu_SaysWhatIsNotKnown(string source)
    {
        var library = Compile(source);

        var device = new DeviceReading(_ => library, _folder).Read("1.29.0", "libnvinfer.so.10", "libcudart.so.13");

        Assert.All([device.ComputeCapability, device.Gpu, device.JetsonLinux, device.Driver], Assert.Null);
        Assert.Equal("TensorRT's version", device.Gap);
    }

    [Fact]
    public void Read_NoLibraryAtAll_IsNoError()
    {
        var device = new DeviceReading(_ => 0, _folder).Read("1.29.0", "libnvinfer.so.10", "libcudart.so.13");

        Assert.All(
            device.Parts.Where(part => part.Key is not ("onnxruntime" or "platform" or "gpu-memory")),
            part => Assert.Equal("none", part.Value));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
        File.WriteAllText(Path.Combine(_folder, path), text + "\n");
    }

    // Stays loaded until the process ends, under a name of its own: the loader takes what has the same path for the
    // same.
    private nint Compile(string source)
    {
        var (code, library) = (Path.Combine(_folder, "nvidia.c"), Path.Combine(_folder, "libnvidia.so"));
        File.WriteAllText(code, source);
        using var compiler = Process.Start(new ProcessStartInfo("gcc", ["-shared", "-fPIC", "-o", library, code]))!;
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        return NativeLibrary.Load(library);
    }
}

/// <summary>Needs a C compiler, which the trainer's setup brings.</summary>
public sealed class CompilerTheoryAttribute : TheoryAttribute
{
    public CompilerTheoryAttribute() => Skip = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, "gcc")))
        ? null
        : "No gcc on this machine: libraries that answer as NVIDIA's do cannot be made.";
}
