using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>ONNX Runtime as this process loads it: once, from one place, with one arena for all engines.</summary>
internal static class OnnxRuntimeLibrary
{
    public const string DirectoryVariable = "EDGERESTORE_ONNXRUNTIME_DIRECTORY";

    private static readonly Lock Gate = new();

    // Native code calls it for as long as the process lives, so it must never be collected.
    private static readonly DOrtLoggingFunction Log = KeepError;

    [ThreadStatic]
    private static string? _lastError;

    private static OrtEnv? _environment;
    private static string? _directory;
    private static string? _failure;

    /// <summary>Loads the library. The first call decides from where; another folder is refused later.</summary>
    /// <exception cref="EngineException">The library is missing, or cannot be loaded.</exception>
    public static OrtEnv Load(string? directory)
    {
        directory ??= Environment.GetEnvironmentVariable(DirectoryVariable);
        directory = string.IsNullOrEmpty(directory) ? null : Path.GetFullPath(directory);
        lock (Gate)
        {
            if (_environment is not null)
            {
                return directory is null || directory == _directory ? _environment : throw new EngineException(
                    $"ONNX Runtime cannot be loaded from '{directory}': this process has it from " +
                    $"'{_directory ?? "its own folder"}' already, and one is allowed. Start another process.");
            }

            // .NET does not try twice either: the native class's initializer has failed for good.
            if (_failure is not null)
            {
                throw new EngineException(_failure);
            }

            if (directory is not null)
            {
                LoadFrom(directory);
            }

            _environment = Create(directory);
            _directory = directory;
            return _environment;
        }
    }

    /// <summary>What ONNX Runtime logged last on this thread; some statuses say less. Forgets it.</summary>
    public static string? TakeLastError()
    {
        var error = _lastError;
        _lastError = null;
        return error;
    }

    /// <summary>The native library that this process has loaded already; none where the system does not tell.</summary>
    public static nint? FindLoaded()
    {
        const string Maps = "/proc/self/maps";
        if (!File.Exists(Maps))
        {
            return null;
        }

        // Address, rights, offset, device, inode, path.
        var path = File.ReadLines(Maps)
            .Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length == 6)
            .Select(fields => fields[5])
            .FirstOrDefault(path => Path.GetFileName(path).StartsWith("libonnxruntime.so", StringComparison.Ordinal));
        return path is not null && NativeLibrary.TryLoad(path, out var library) ? library : null;
    }

    private static void KeepError(
        IntPtr parameter, OrtLoggingLevel severity, string category, string logId, string location, string message) =>
        _lastError = message;

    private static void LoadFrom(string directory)
    {
        var path = Array.Find(
            [Path.Combine(directory, "libonnxruntime.so"), Path.Combine(directory, "libonnxruntime.so.1")], File.Exists)
            ?? throw new EngineException(
                $"ONNX Runtime cannot be loaded from '{directory}': found no libonnxruntime.so or libonnxruntime.so.1 "
                + $"there. Name the folder that holds it in {DirectoryVariable}, or unset that for the built-in one.");
        OrtEnv.DisableDllImportResolver = true;
        NativeLibrary.SetDllImportResolver(typeof(OrtEnv).Assembly, (name, _, _) =>
            name == "onnxruntime" ? NativeLibrary.Load(path) : IntPtr.Zero);
    }

    private static OrtEnv Create(string? directory)
    {
        try
        {
            // Failures come back as exceptions; on stderr they would only be noise.
            var options = new EnvironmentCreationOptions
            {
                logId = "EdgeRestore",
                logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
                loggingFunction = Log,
                loggingParam = IntPtr.Zero,
            };
            var environment = OrtEnv.IsCreated ? OrtEnv.Instance() : OrtEnv.CreateInstanceWithOptions(ref options);
            RegisterArena(environment);
            return environment;
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException
            or TypeInitializationException or OnnxRuntimeException)
        {
            // The loader's own words come last, after advice on how to debug it.
            var lines = exception.GetBaseException().Message
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var reason = lines[^1].TrimEnd('.');
            _failure =
                $"ONNX Runtime cannot be loaded from '{directory ?? AppContext.BaseDirectory}': {reason}. It needs " +
                $"version 1.29 for {RuntimeInformation.RuntimeIdentifier}. Run 'npm ci' and build again, or name a " +
                $"folder that holds it in {DirectoryVariable}.";
            throw new EngineException(_failure, exception);
        }
    }

    private static void RegisterArena(OrtEnv environment)
    {
        // Routes take turns, so they share the activations' memory; an arena each would take twelve times as much.
        // Strategy 1 grows by what is asked; doubling (0) would keep twice the memory of the largest frame.
        using var memory = new OrtMemoryInfo(
            OrtMemoryInfo.allocatorCPU, OrtAllocatorType.ArenaAllocator, 0, OrtMemType.Default);
        using var configuration = new OrtArenaCfg(0, arenaExtendStrategy: 1, initialChunkSizeBytes: -1, -1);
        environment.CreateAndRegisterAllocator(memory, configuration);
    }
}
