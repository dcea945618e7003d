using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Routing;

/// <summary>Degradation to engine, for one package on one provider. Immutable; swapped whole.</summary>
/// <remarks>Engines are built when first asked for, once: a failure to build stays, and every frame says so.</remarks>
internal sealed class RoutingSnapshot : IDisposable
{
    private readonly Lazy<Engine>?[] _engines = new Lazy<Engine>?[DegradationNames.Count];

    public RoutingSnapshot(ModelPackage package, Func<PackageRoute, Engine> build)
    {
        Package = package;
        foreach (var route in package.Manifest.Routes)
        {
            _engines[(int)route.Degradation] = new Lazy<Engine>(() => build(route));
        }
    }

    public ModelPackage Package { get; }

    /// <summary>The engine of a degradation that the package has; built now when it is not there yet.</summary>
    /// <exception cref="EngineException">It could not be built.</exception>
    public Engine GetEngine(Degradation degradation) => _engines[(int)degradation]!.Value;

    /// <summary>Builds what is not there yet.</summary>
    /// <exception cref="EngineException">One could not be built.</exception>
    public void BuildAll(CancellationToken token)
    {
        foreach (var engine in _engines)
        {
            token.ThrowIfCancellationRequested();
            _ = engine?.Value;
        }
    }

    public void Dispose()
    {
        foreach (var engine in _engines)
        {
            if (engine is { IsValueCreated: true })
            {
                engine.Value.Dispose();
            }
        }
    }
}
