using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Routing;

/// <summary>Degradation to engine, for one package on one provider. Immutable; swapped whole.</summary>
/// <remarks>
/// Engines are built when first asked for, once: a failure to build stays, and every frame says so. Routes that lead to
/// the same graph share its engine.
/// </remarks>
internal sealed class RoutingSnapshot : IDisposable
{
    private readonly Lazy<Engine>?[] _engines = new Lazy<Engine>?[DegradationNames.Count];
    private readonly string[] _precisions = new string[DegradationNames.Count];
    private readonly string?[] _faults = new string?[DegradationNames.Count];

    // By route, then by degradation, converted once for all streams; null for what the package did not measure.
    private readonly float[]?[] _psnrChange = new float[DegradationNames.Count][];
    private readonly List<Engine> _built = [];
    private bool _isDisposed;

    /// <param name="package">The package.</param>
    /// <param name="choose">Gives the form that a route runs in.</param>
    /// <param name="build">Builds the engine of a form.</param>
    public RoutingSnapshot(
        ModelPackage package, Func<PackageRoute, PackageRoute> choose, Func<PackageRoute, Engine> build)
    {
        Package = package;
        foreach (var routes in package.Manifest.Routes.GroupBy(route => (route.File, route.Precision)))
        {
            var form = choose(routes.First());
            var engine = new Lazy<Engine>(() => Build([.. routes], form, build));
            foreach (var route in routes)
            {
                _precisions[(int)route.Degradation] = form.Precision;
                _engines[(int)route.Degradation] = engine;
                _psnrChange[(int)route.Degradation] = route.PsnrChange is { } changes
                    ? [.. DegradationNames.All.Select(degradation => (float)changes[degradation.ToName()])]
                    : null;
            }
        }
    }

    public ModelPackage Package { get; }

    /// <summary>The engine of a degradation that the package has; built now when it is not there yet.</summary>
    /// <exception cref="EngineException">It could not be built.</exception>
    public Engine GetEngine(Degradation degradation) => _engines[(int)degradation]!.Value;

    /// <summary>
    /// What a route changes on frames of each degradation, in dB; null where the package does not say.
    /// </summary>
    public float[]? GetPsnrChange(Degradation route) => _psnrChange[(int)route];

    public RouteReadiness GetReadiness(Degradation degradation)
    {
        var engine = _engines[(int)degradation]!;
        return new RouteReadiness(
            degradation,
            engine.IsValueCreated,
            Volatile.Read(ref _faults[(int)degradation]),
            _precisions[(int)degradation]);
    }

    /// <summary>Frees every engine; one that is being built is freed when it is done.</summary>
    public void Dispose()
    {
        lock (_built)
        {
            _isDisposed = true;
            _built.ForEach(engine => engine.Dispose());
            _built.Clear();
        }
    }

    private Engine Build(PackageRoute[] routes, PackageRoute form, Func<PackageRoute, Engine> build)
    {
        Engine engine;
        try
        {
            engine = build(form);
        }
        catch (EngineException exception)
        {
            foreach (var route in routes)
            {
                Volatile.Write(ref _faults[(int)route.Degradation], exception.Message);
            }

            throw;
        }

        lock (_built)
        {
            if (_isDisposed)
            {
                engine.Dispose();
                throw new ObjectDisposedException(nameof(Restorer));
            }

            _built.Add(engine);
        }

        return engine;
    }
}
