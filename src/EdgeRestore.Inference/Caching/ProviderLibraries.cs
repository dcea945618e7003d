using System.Runtime.InteropServices;
using EdgeRestore.Inference.Engines;

namespace EdgeRestore.Inference.Caching;

/// <summary>A native library that a provider needs.</summary>
/// <param name="Name">As the loader is asked for it.</param>
/// <param name="Path">Where it was found; null when it was not.</param>
/// <param name="Problem">What the loader said; null when it was found.</param>
internal sealed record ProviderLibrary(string Name, string? Path, string? Problem);

/// <summary>Which libraries a provider of ONNX Runtime needs, and which of them this machine lacks.</summary>
internal sealed record ProviderLibraries(string Provider, IReadOnlyList<ProviderLibrary> All)
{
    // What readelf -d says of the providers of ONNX Runtime 1.29 (npm com.github.asus4.onnxruntime.linux-x64-gpu
    // 0.4.9); the CUDA provider opens cuDNN when it first computes. Asked for when the provider itself is not there to
    // be read.
    private static readonly string[] CudaNeeds =
        ["libcuda.so.1", "libcudart.so.13", "libcublas.so.13", "libcublasLt.so.13", "libcurand.so.10", "libcudnn.so.9"];

    private static readonly string[] TensorRtNeeds =
        [
            "libnvinfer.so.10", "libnvonnxparser.so.10", "libcudart.so.13", "libcublas.so.13", "libcudnn.so.9",
            "libcuda.so.1",
        ];

    public bool IsComplete => Missing.Count == 0;

    public IReadOnlyList<ProviderLibrary> Missing => [.. All.Where(library => library.Path is null)];

    /// <summary>Where the loader was told to look.</summary>
    public static string SearchedPlaces
    {
        get
        {
            var named = Environment.GetEnvironmentVariable("LD_LIBRARY_PATH");
            return $"LD_LIBRARY_PATH ({(string.IsNullOrEmpty(named) ? "not set" : named)}), /etc/ld.so.cache, /lib, "
                + "/usr/lib";
        }
    }

    /// <summary>Looks for everything that one provider needs.</summary>
    /// <param name="provider">TensorRt or Cuda.</param>
    /// <param name="onnxRuntimeDirectory">As in <see cref="RestorerOptions.OnnxRuntimeDirectory"/>.</param>
    /// <exception cref="EngineException">ONNX Runtime itself cannot be loaded.</exception>
    public static ProviderLibraries Find(ExecutionProvider provider, string? onnxRuntimeDirectory)
    {
        OnnxRuntimeLibrary.Load(onnxRuntimeDirectory);
        return Find(provider, RuntimeFolder(onnxRuntimeDirectory), Load);
    }

    internal static ProviderLibraries Find(
        ExecutionProvider provider, string runtimeFolder, Func<string, (string? Path, string? Problem)> load)
    {
        var name = provider == ExecutionProvider.TensorRt ? "tensorrt" : "cuda";
        var own = Path.Combine(runtimeFolder, $"libonnxruntime_providers_{name}.so");
        var found = new List<ProviderLibrary>
        {
            Beside(Path.Combine(runtimeFolder, "libonnxruntime_providers_shared.so")),
            Beside(own),
        };
        var needs = provider == ExecutionProvider.TensorRt ? TensorRtNeeds : CudaNeeds;
        if (File.Exists(own))
        {
            // Another build of ONNX Runtime, such as JetPack's, may ask for other versions.
            var asked = ElfFile.ReadNeeded(own).Where(IsNvidias).ToList();
            needs = [.. asked, .. needs.Where(known => !asked.Exists(each => Stem(each) == Stem(known)))];
        }

        foreach (var need in needs)
        {
            var (path, problem) = load(need);
            found.Add(new ProviderLibrary(need, path, problem));
        }

        return new ProviderLibraries(name, found);
    }

    // ONNX Runtime looks for its providers in the folder that it was itself opened from, links as they are.
    private static string RuntimeFolder(string? directory)
    {
        directory ??= Environment.GetEnvironmentVariable(OnnxRuntimeLibrary.DirectoryVariable);
        var processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        string[] folders =
        [
            string.IsNullOrEmpty(directory) ? AppContext.BaseDirectory : Path.GetFullPath(directory),
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-" + processor, "native"),
        ];
        return Array.Find(folders, folder => File.Exists(Path.Combine(folder, "libonnxruntime.so"))) ?? folders[0];
    }

    private static bool IsNvidias(string library) =>
        library.StartsWith("libcu", StringComparison.Ordinal) || library.StartsWith("libnv", StringComparison.Ordinal);

    private static string Stem(string library) => library.Split('.')[0];

    private static ProviderLibrary Beside(string path) => File.Exists(path)
        ? new ProviderLibrary(Path.GetFileName(path), path, null)
        : new ProviderLibrary(
            Path.GetFileName(path), null, $"not beside ONNX Runtime, in '{Path.GetDirectoryName(path)}'");

    private static (string? Path, string? Problem) Load(string name)
    {
        try
        {
            // Stays loaded: it is about to be used, and CUDA's libraries do not like to go.
            NativeLibrary.Load(name);
            return (LoadedFrom(name) ?? name, null);
        }
        catch (Exception exception) when (exception is DllNotFoundException or BadImageFormatException)
        {
            var lines = exception.Message.Split(
                '\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var said = Array.Find(lines, line => line.StartsWith(name + ":", StringComparison.Ordinal)) ?? lines[^1];
            return (null, said.Contains("cannot open shared object file: No such file", StringComparison.Ordinal)
                ? "not found"
                : said);
        }
    }

    private static string? LoadedFrom(string name)
    {
        try
        {
            return File.ReadLines("/proc/self/maps")
                .Select(line => line.IndexOf('/') is >= 0 and var at ? line[at..] : "")
                .FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
