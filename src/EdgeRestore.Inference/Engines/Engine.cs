using EdgeRestore.Inference.Tiling;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>One graph of a package, built for one device and ready to run. Thread-safe.</summary>
/// <remarks>Frames go through an <see cref="EngineSlot"/>, which owns what the graph reads and writes.</remarks>
internal sealed class Engine : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly RunOptions _firstRunOptions = new();

    // Two slots may both find out, and find the same.
    private volatile EngineReach _reach;

    private Engine(EngineKey key, InferenceSession session)
    {
        Key = key;
        _session = session;

        // The first run of a shape is unplanned and takes its memory piecemeal. Giving that back keeps a folder of
        // photographs, each of another size, from leaving its sum behind.
        _firstRunOptions.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    public EngineKey Key { get; }

    public InferenceSession Session => _session;

    /// <summary>Builds an engine. Takes a tenth of a second on a CPU, minutes with TensorRT.</summary>
    /// <param name="key">Names the engine in errors.</param>
    /// <param name="path">The graph's file; its weights are found relative to it.</param>
    /// <param name="provider">What runs it.</param>
    /// <param name="threads">Threads that one run uses on the CPU.</param>
    /// <exception cref="EngineException">The graph or the provider cannot be loaded.</exception>
    public static Engine Build(EngineKey key, string path, ExecutionProvider provider, int threads)
    {
        try
        {
            using var options = new SessionOptions();
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
            options.ExecutionMode = ExecutionMode.ORT_SEQUENTIAL;
            options.EnableMemoryPattern = true;
            options.EnableCpuMemArena = true;
            options.IntraOpNumThreads = threads;
            options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
            options.AddSessionConfigEntry("session.use_env_allocators", "1");

            // Each session has threads of its own that spin for work: they must not go on while another engine runs.
            options.AddSessionConfigEntry("session.force_spinning_stop", "1");
            provider.AppendTo(options);
            return new Engine(key, new InferenceSession(path, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException(
                key, $"Engine '{key}' cannot be built from '{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Runs what a binding has bound. Allocates nothing that is managed.</summary>
    /// <exception cref="EngineException">The run failed.</exception>
    public void Run(OrtIoBinding binding, bool isFirst)
    {
        try
        {
            _session.RunWithBinding(isFirst ? _firstRunOptions : _runOptions, binding);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException(Key, $"Engine '{Key}' failed: {exception.Message}", exception);
        }
    }

    /// <summary>How far it looks; tried out when first asked for, by two runs.</summary>
    /// <exception cref="EngineException">A run failed.</exception>
    public EngineReach Reach(EngineSlot slot)
    {
        if (_reach == EngineReach.Unknown)
        {
            _reach = ReachProbe.Run(slot, this);
        }

        return _reach;
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
        _firstRunOptions.Dispose();
    }
}
