using System.Globalization;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Metrics;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Caching;

/// <summary>The TensorRT engines that frames of a package run on, where there are any. Thread-safe.</summary>
/// <remarks>Those that fail are left and not disposed of before the restorer is: runs may be in flight on
/// them.</remarks>
internal sealed class CachedEngines : IDisposable
{
    // As in the build: below this an engine computes something else than the route's own graph does.
    private const double LeastPsnr = 45;
    private const double LeastInt8Psnr = 30;

    private readonly EngineSource _source;
    private readonly ModelPackage _package;
    private readonly string _precision;
    private readonly Lock _gate = new();
    private readonly List<Engine> _opened = [];

    // By folder and the time of the build: an engine that was built again is looked at again.
    private readonly Dictionary<(string Prefix, DateTimeOffset BuiltAt), string?> _judged = [];

    // By degradation, fastest first; swapped whole, read by every frame.
    private volatile Entry[][] _routes = [.. DegradationNames.All.Select(_ => Array.Empty<Entry>())];

    private volatile string? _fault;
    private bool _isDisposed;

    /// <param name="source">Where engines are.</param>
    /// <param name="package">The package that runs.</param>
    /// <param name="precision">As in <see cref="RestorerOptions.Precision"/>.</param>
    public CachedEngines(EngineSource source, ModelPackage package, string precision) =>
        (_source, _package, _precision) = (source, package, precision);

    /// <summary>How far it is, as a step of the ladder.</summary>
    public ProviderStep Step
    {
        get
        {
            var entries = _routes.SelectMany(entries => entries).DistinctBy(entry => entry.Prefix).ToList();
            string?[] refused;
            lock (_gate)
            {
                refused = [.. _judged.Values.Where(reason => reason is not null).Distinct()];
            }

            var reason = entries.Count == 0
                ? $"no engine of this package is ready in '{_source.Cache.Directory}': build them with 'quantize "
                    + "engine build'"
                : $"{entries.Count} engines: {string.Join(", ", entries.Select(entry => entry.Text))}";
            var faults = refused.Append(_fault).Where(fault => fault is not null).Take(3).ToList();
            return new ProviderStep(
                "tensorrt", entries.Count > 0, faults.Count == 0 ? reason : $"{reason}; {string.Join("; ", faults)}");
        }
    }

    /// <summary>The fastest engine for frames of a size; null where the step below runs them. Allocates
    /// nothing.</summary>
    public Engine? Find(Degradation route, int width, int height)
    {
        foreach (var entry in _routes[(int)route])
        {
            if (entry.Shapes.Covers(width, height))
            {
                return entry.Engine;
            }
        }

        return null;
    }

    /// <summary>
    /// Takes up what has been built since: (1) engines of this package that are whole and of this device, (2) opens
    /// one, (3) makes sure that nothing was built thereby, (4) runs a frame on it and on the step below, (5) lets
    /// frames at it.
    /// </summary>
    /// <param name="below">The engine of a route on the step below.</param>
    /// <param name="lease">A turn at the device.</param>
    /// <param name="token">Ends it between two engines.</param>
    /// <returns>How many engines were taken up.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public int Refresh(Func<Degradation, Engine> below, Func<EngineLease> lease, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(below);
        ArgumentNullException.ThrowIfNull(lease);
        var count = 0;
        IReadOnlyList<CachedEngine> all;
        try
        {
            all = _source.Cache.Enumerate(verifiesBytes: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _fault = exception.Message;
            return 0;
        }

        foreach (var cached in all)
        {
            token.ThrowIfCancellationRequested();
            if (cached.Manifest is not { } manifest || !TryBegin(cached.Prefix, manifest, out var routes))
            {
                continue;
            }

            Engine? engine = null;
            try
            {
                // 1
                var judged = EngineCache.Judge(_source.Cache.Verify(cached), _source.Device, _package);
                if (judged.State != EngineState.Ready)
                {
                    throw new EngineException(
                        $"{cached.Prefix} is {judged.State.ToString().ToLowerInvariant()}: {judged.Reason}");
                }

                // 2, 3
                engine = _source.Open(_package, cached);
                _source.Cache.RequireNothingWritten(cached);

                // 4
                using (var turn = lease())
                {
                    Require(turn.Slot, engine, below(routes[0]), cached);
                }

                // 5
                Add(engine, cached, routes);
                count++;
            }
            catch (Exception exception) when (
                exception is EdgeRestoreException or IOException or UnauthorizedAccessException)
            {
                // Whatever is wrong with one engine, its frames go on below; a new build of it is looked at anew.
                engine?.Dispose();
                lock (_gate)
                {
                    _judged[(cached.Prefix, manifest.BuiltAt)] = exception.Message;
                }
            }
        }

        return count;
    }

    /// <summary>Keeps frames from an engine that fails; the step below runs them from here on.</summary>
    public void Leave(Engine engine, string fault)
    {
        lock (_gate)
        {
            _fault = $"left in service: {fault}";
            _routes = [.. _routes.Select(entries => entries.Where(entry => entry.Engine != engine).ToArray())];
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _opened.ForEach(engine => engine.Dispose());
            _opened.Clear();
        }
    }

    private static void Require(EngineSlot slot, Engine engine, Engine below, CachedEngine cached)
    {
        var (width, height) = cached.Shapes.Opt;
        using var input = Frame.Rent(width, height, PixelFormat.Rgb24);
        using var expected = Frame.Rent(width, height, PixelFormat.Rgb24);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        ProviderProbe.Paint(input);
        slot.Run(below, input, expected, strength: 1);
        var nonFinite = slot.Run(engine, input, output, strength: 1);
        var psnr = Psnr.Compute(expected, output);
        var least = cached.Manifest!.Precision == "int8" ? LeastInt8Psnr : LeastPsnr;
        if (nonFinite > 0 || !(psnr >= least))
        {
            throw new EngineException(string.Create(CultureInfo.InvariantCulture,
                $"{cached.Prefix} computes something else than the step below: {psnr:F1} dB, {nonFinite} values that "
                + $"are not finite"));
        }
    }

    /// <summary>Whether an engine is of this package, and seen for the first time.</summary>
    private bool TryBegin(string prefix, EngineManifest manifest, out Degradation[] routes)
    {
        routes = [];
        if (_precision != "auto" && manifest.Precision != _precision)
        {
            return false;
        }

        routes =
        [
            .. _package.Manifest.Routes.Where(route => route.File == manifest.File
                    || (route.Variants ?? []).Any(
                        variant => variant.File == manifest.File && variant.Provider is "tensorrt" or "cuda"))
                .Select(route => route.Degradation),
        ];
        lock (_gate)
        {
            return routes.Length > 0 && _judged.TryAdd((prefix, manifest.BuiltAt), null);
        }
    }

    private void Add(Engine engine, CachedEngine cached, Degradation[] routes)
    {
        var entry = new Entry(engine, cached.Shapes, cached.Prefix, cached.Manifest!);
        lock (_gate)
        {
            if (_isDisposed)
            {
                engine.Dispose();
                throw new ObjectDisposedException(nameof(Restorer));
            }

            _opened.Add(engine);
            _routes =
            [
                .. _routes.Select((entries, index) => routes.Contains((Degradation)index)
                    ? entries.Where(known => known.Prefix != entry.Prefix).Append(entry)
                        .OrderBy(known => known.Manifest.RunMilliseconds).ToArray()
                    : entries),
            ];
        }
    }

    private sealed record Entry(Engine Engine, EngineShapes Shapes, string Prefix, EngineManifest Manifest)
    {
        public string Text => $"{Manifest.File} {Shapes} {Manifest.Precision}";
    }
}
