using System.Collections.Concurrent;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Caching;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference;

/// <summary>Restores frames with one package on one device. Thread-safe.</summary>
public sealed partial class Restorer : IDisposable
{
    private readonly RestorerOptions _options;
    private readonly RoutingSnapshot _snapshot;
    private readonly DegradationClassifier _classifier;
    private readonly EngineSlots _slots;
    private readonly IReadOnlyList<ProviderStep> _providers;
    private readonly CachedEngines? _cached;
    private readonly SemanticEncoder? _encoder;
    private readonly int _retryCount;
    private volatile bool _isDisposed;

    private Restorer(
        RestorerOptions options,
        (IReadOnlyList<ProviderStep> Steps, CachedEngines? Cached) providers,
        RoutingSnapshot snapshot,
        (DegradationClassifier Classifier, SemanticEncoder? Encoder) readers,
        EngineSlots slots)
    {
        _options = options;
        (_providers, _cached) = providers;
        _retryCount = options.RetryCount ?? (_providers[^1].Provider == ExecutionProvider.Cpu.ToName() ? 0 : 1);
        _snapshot = snapshot;
        (_classifier, _encoder) = readers;
        _slots = slots;
    }

    public ModelPackage Package => _snapshot.Package;

    /// <summary>
    /// The providers that were tried, fastest first. The last one is used; TensorRT too, for frames that it has an
    /// engine for.
    /// </summary>
    public IReadOnlyList<ProviderStep> Providers => _cached is null ? _providers : [_cached.Step, .. _providers];

    /// <summary>Told, on the frame's own thread, of every frame that runs again because the device failed.</summary>
    public Action? FrameRetried { get; set; }

    /// <summary>Whether TensorRT is there, so that engines may be taken up.</summary>
    public bool TakesEngines => _cached is not null;

    /// <summary>Loads ONNX Runtime, finds the provider by running a frame, and builds the classifier.</summary>
    /// <remarks>Engines of other routes are built when first taken, unless the options ask for all.</remarks>
    /// <exception cref="EngineException">ONNX Runtime, the device or a graph does not work.</exception>
    public static Restorer Load(ModelPackage package, RestorerOptions options) => Load(package, options, null);

    /// <param name="package">Verified.</param>
    /// <param name="options">How it is run.</param>
    /// <param name="source">TensorRT engines; null for this machine's.</param>
    internal static Restorer Load(ModelPackage package, RestorerOptions options, EngineSource? source)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(options);
        var environment = OnnxRuntimeLibrary.Load(options.OnnxRuntimeDirectory);
        var version = environment.GetVersionString();
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;

        Engine Build(string file, string precision, ExecutionProvider on) => Engine.Build(
            new EngineName(package.Sha256, file, precision, on.ToName(), version), package.GetPath(file), on, threads);

        var first = package.Manifest.Routes[0];
        var encoder = package.Manifest.Network.Semantic is { } semantic
            ? SemanticEncoder.Load(package.GetPath(semantic.File), options)
            : null;
        RoutingSnapshot? snapshot = null;
        DegradationClassifier? classifier = null;
        try
        {
            var (provider, probed, steps) = ProviderProbe.Find(
                options.Device, environment.GetAvailableProviders(), package.Manifest, encoder,
                () => source ??= EngineSource.ForThisMachine(options),
                provider => Build(first.File, first.Precision, provider));
            (snapshot, var reason) = Choose(
                package, options, (provider, encoder), probed, form => Build(form.File, form.Precision, provider));
            if (reason is not null)
            {
                steps = [.. steps.SkipLast(1), steps[^1] with { Reason = $"{steps[^1].Reason}; {reason}" }];
            }

            if (options.Preload)
            {
                foreach (var route in package.Manifest.Routes)
                {
                    snapshot.GetEngine(route.Degradation);
                }
            }

            // Too small to gain from a device: its copies there and back would take longer than it does.
            classifier = new DegradationClassifier(
                Build(package.Manifest.Classifier.File, "fp32", ExecutionProvider.Cpu));
            var runCount = options.ConcurrentRunCount > 0 ? options.ConcurrentRunCount
                : provider == ExecutionProvider.Cpu ? 1 : 2;
            var cached = source is null ? null : new CachedEngines(source, package, options.Precision);
            var restorer = new Restorer(
                options, (steps, cached), snapshot, (classifier, encoder), new EngineSlots(runCount));
            if (options.Preload)
            {
                restorer.RefreshEngines(CancellationToken.None);
            }

            return restorer;
        }
        catch
        {
            classifier?.Dispose();
            encoder?.Dispose();
            snapshot?.Dispose();
            throw;
        }
    }

    private static (RoutingSnapshot Snapshot, string? Reason) Choose(
        ModelPackage package, RestorerOptions options, (ExecutionProvider Provider, SemanticEncoder? Encoder) on,
        Engine probed, Func<PackageRoute, Engine> build)
    {
        var first = package.Manifest.Routes[0];

        // What was built to be tried is what serves, if it is chosen: building is most of a start.
        var built = new ConcurrentDictionary<PackageRoute, Engine> { [first] = probed };
        try
        {
            var trial = new VariantTrial(
                package.Manifest.Network.MinSidePixels, on.Encoder, TimeProvider.System);
            var variants = VariantChoice.Find(
                options.Precision, on.Provider, package.Manifest,
                (own, form) => trial.Run(built.GetOrAdd(own, build), built.GetOrAdd(form, build)));
            var snapshot = new RoutingSnapshot(
                package,
                variants.Apply,
                form => built.TryRemove(form, out var engine) ? engine : build(form));
            snapshot.GetEngine(first.Degradation);
            return (snapshot, variants.Reason);
        }
        finally
        {
            foreach (var form in built.Keys)
            {
                if (built.TryRemove(form, out var unused))
                {
                    unused.Dispose();
                }
            }
        }
    }

    /// <summary>How far each route is, in the package's order.</summary>
    public IReadOnlyList<RouteReadiness> ReadRoutes() =>
        [.. Package.Manifest.Routes.Select(route => _snapshot.GetReadiness(route.Degradation))];

    /// <summary>
    /// Builds every engine that is not there yet, one after another, while frames run. One that cannot be built does
    /// not keep the rest from it; <see cref="ReadRoutes"/> tells.
    /// </summary>
    /// <param name="token">Ends it between two engines.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public void Preload(CancellationToken token)
    {
        foreach (var route in Package.Manifest.Routes)
        {
            token.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                _snapshot.GetEngine(route.Degradation);
            }
            catch (EngineException)
            {
                // Kept with the route: frames that take it say so.
            }
        }

        RefreshEngines(token);

        // Graphs were read on the way: megabytes that nothing else would collect, since frames allocate nothing.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        NativeHeap.Trim();
    }

    /// <summary>
    /// Takes up TensorRT engines that were built since, while frames run on the step below. Does nothing where there is
    /// no TensorRT. One that cannot be taken up is told in <see cref="Providers"/>.
    /// </summary>
    /// <param name="token">Ends it between two engines.</param>
    /// <returns>How many were taken up.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public int RefreshEngines(CancellationToken token)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _cached?.Refresh(_snapshot.GetEngine, () => _slots.Lease(token), token) ?? 0;
    }

    /// <summary>The router of a new stream.</summary>
    /// <exception cref="ArgumentException">A route that the package lacks, or a number out of range.</exception>
    public StreamRouter CreateRouter(RoutingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var available = Package.Manifest.Routes.Select(route => route.Degradation).ToArray();
        foreach (var asked in options.Allowed?.AsEnumerable() ?? [])
        {
            RequireRoute(asked, available);
        }

        if (options.FixedRoute is { } route)
        {
            RequireRoute(route, available);
        }

        if (options.Threshold is { } threshold && !(threshold is >= 0 and <= 1))
        {
            throw new ArgumentException($"Threshold is {threshold}, allowed is 0 to 1.", nameof(options));
        }

        if (!(options.Smoothing is > 0 and <= 1))
        {
            throw new ArgumentException(
                $"Smoothing is {options.Smoothing}, allowed is more than 0, up to 1.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(options.ClassifyEveryFrames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.FirstViewCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.FirstViewCount, ClassifierInput.ViewCount);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HysteresisCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.CrossFadeFrameCount);
        return new StreamRouter(options, _snapshot)
        {
            Tokens = _encoder is null ? null : new SceneTokens(_encoder, _options.TokensEveryFrames),
        };
    }

    /// <summary>Waits for frames in flight, then frees every engine.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _slots.Dispose();
        _cached?.Dispose();
        _classifier.Dispose();
        _encoder?.Dispose();
        _snapshot.Dispose();
    }

    private void RequireRoute(Degradation asked, Degradation[] available)
    {
        if (asked != Degradation.Clear && !available.Contains(asked))
        {
            throw new ArgumentException(
                $"Route '{asked.ToName()}' is not in package {Package.Manifest.Name} {Package.Manifest.Version}, which "
                + $"has {string.Join(", ", available.Select(route => route.ToName()))}. Choose one of these, or "
                + "clear.");
        }
    }
}
