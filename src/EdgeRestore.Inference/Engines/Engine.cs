using EdgeRestore.Inference.Kernels;
using EdgeRestore.Inference.Tiling;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Engines;

/// <summary>One graph of a package, built for one device and ready to run. Thread-safe.</summary>
/// <remarks>Frames go through an <see cref="EngineSlot"/>, which owns what the graph reads and writes.</remarks>
internal sealed class Engine : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly RunOptions _firstRunOptions = new();

    // Opens a graph cut out of this one's; null where that was not foreseen.
    private readonly (string Path, Func<OnnxFile, InferenceSession> Open)? _source;

    // Taken by slots that find out at once, which takes some runs.
    private readonly Lock _lookLock = new();
    private EngineReach _reach;
    private StatisticsEngines? _statistics;

    internal Engine(EngineName name, InferenceSession session)
        : this(name, session, null)
    {
    }

    private Engine(
        EngineName name, InferenceSession session, (string Path, Func<OnnxFile, InferenceSession> Open)? source)
    {
        _source = source;
        Name = name;
        _session = session;

        // The first run of a shape is unplanned and takes its memory piecemeal. Giving that back keeps a folder of
        // photographs, each of another size, from leaving its sum behind.
        _firstRunOptions.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }

    public EngineName Name { get; }

    public InferenceSession Session => _session;

    /// <summary>Its own threads; null where other than the CPU computes.</summary>
    public WorkerThreads? Workers { get; private init; }

    /// <summary>What it gives beside the restored frame.</summary>
    public FrameStatistics? Gives { get; init; }

    /// <summary>What it takes beside the frame.</summary>
    public FrameStatistics? Takes { get; init; }

    /// <summary>Builds an engine. Takes a tenth of a second on a CPU, minutes with TensorRT.</summary>
    /// <param name="name">Names the engine in errors.</param>
    /// <param name="path">The graph's file; its weights are found relative to it.</param>
    /// <param name="provider">What runs it.</param>
    /// <param name="threads">Threads that one run uses on the CPU.</param>
    /// <exception cref="EngineException">The graph or the provider cannot be loaded.</exception>
    public static Engine Build(EngineName name, string path, ExecutionProvider provider, int threads)
    {
        var isCpu = provider == ExecutionProvider.Cpu;
        try
        {
            var (session, workers) = WorkerThreads.Open(() => Open(
                options => isCpu ? CpuSession.Open(path, options) : new InferenceSession(path, options)));
            return new Engine(
                name,
                session,
                (path, file => Open(options =>
                    isCpu ? CpuSession.Open(file, options) : new InferenceSession(file.ToBytes(), options))))
            {
                Workers = isCpu ? workers : null,
            };
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException(
                name, $"Engine '{name}' cannot be built from '{path}': {exception.Message}", exception);
        }

        InferenceSession Open(Func<SessionOptions, InferenceSession> open)
        {
            using var options = CreateOptions(threads);
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
            provider.AppendTo(options);
            return open(options);
        }
    }

    /// <summary>Loads ONNX Runtime's TensorRT provider, and with it TensorRT.</summary>
    /// <exception cref="EngineException">A library is missing; the inner exception says which.</exception>
    public static void RequireTensorRt()
    {
        try
        {
            using var options = new SessionOptions();
            using var provider = new OrtTensorRTProviderOptions();
            options.AppendExecutionProvider_Tensorrt(provider);
        }
        catch (OnnxRuntimeException exception)
        {
            throw new EngineException(
                $"TensorRT cannot be loaded: {exception.Message.Trim()}. Its libraries, or CUDA's, are missing or of "
                + "other versions than this ONNX Runtime wants.",
                exception);
        }
    }

    /// <summary>Opens a graph with TensorRT: builds where its cache lacks the engine, and then takes minutes.</summary>
    /// <param name="name">Names the engine in errors.</param>
    /// <param name="path">The graph's file.</param>
    /// <param name="tensorRt">The provider's options by its own names.</param>
    /// <param name="fixedDimensions">Free dimensions of the graph, by name, and the size that they have here.</param>
    /// <param name="token">Asks ONNX Runtime to give up.</param>
    /// <exception cref="EngineException">The graph or the provider cannot be loaded.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Engine OpenTensorRt(
        EngineName name, string path, IReadOnlyDictionary<string, string> tensorRt,
        IReadOnlyDictionary<string, long> fixedDimensions,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(tensorRt);
        ArgumentNullException.ThrowIfNull(fixedDimensions);
        try
        {
            using var options = CreateOptions(threads: 0);

            // The provider names its files by the graph as it sees it: what is not optimised is named the same each
            // time (https://github.com/microsoft/onnxruntime/issues/14999), and TensorRT optimises anyway.
            options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
            foreach (var (dimension, size) in fixedDimensions)
            {
                options.AddFreeDimensionOverrideByName(dimension, size);
            }

            using var provider = new OrtTensorRTProviderOptions();
            provider.UpdateOptions(new Dictionary<string, string>(tensorRt));
            options.AppendExecutionProvider_Tensorrt(provider);
            options.AppendExecutionProvider_CUDA();
            using var _ = token.Register(() => options.SetLoadCancellationFlag(true));
            return new Engine(name, new InferenceSession(path, options));
        }
        catch (OnnxRuntimeException exception)
        {
            token.ThrowIfCancellationRequested();
            throw new EngineException(
                name, $"Engine '{name}' cannot be opened from '{path}': {exception.Message.Trim()}", exception);
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
            throw new EngineException(Name, $"Engine '{Name}' failed: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// How far it looks, and the cut engines for tiles if it measures whole frames; found out when first asked for.
    /// </summary>
    /// <returns>Engines only where tiles fit together with them: those of a network that looks at all of a frame may
    /// not.</returns>
    /// <exception cref="EngineException">A run failed.</exception>
    public (EngineReach Reach, StatisticsEngines? Statistics) Look(EngineSlot slot)
    {
        lock (_lookLock)
        {
            if (_reach == EngineReach.Unknown)
            {
                var reach = ReachProbe.Run(slot, this, null);
                _statistics = reach == EngineReach.WholeFrame ? TryCut(slot) : null;
                _reach = reach;
            }

            return (_reach, _statistics);
        }
    }

    private StatisticsEngines? TryCut(EngineSlot slot)
    {
        StatisticsEngines? engines = null;
        try
        {
            engines = _source is { } source ? StatisticsEngines.TryBuild(Name, source.Path, source.Open) : null;
            if (engines is not null
                && ReachProbe.Run(slot, engines.Applying, engines.Measuring) == EngineReach.Neighbourhood)
            {
                return engines;
            }
        }
        catch (Exception exception) when (exception is OnnxException or OnnxRuntimeException or EngineException)
        {
            // A graph that runs whole but cannot be cut: its tiles are matched by their means.
        }

        engines?.Dispose();
        return null;
    }

    public void Dispose()
    {
        _statistics?.Dispose();
        _session.Dispose();
        _runOptions.Dispose();
        _firstRunOptions.Dispose();
    }

    private static SessionOptions CreateOptions(int threads)
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableMemoryPattern = true,
            EnableCpuMemArena = true,
            IntraOpNumThreads = threads,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.use_env_allocators", "1");

        // Each session has threads of its own that spin for work: they must not go on while another engine runs.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        return options;
    }
}
