using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// What every route does to frames of every degradation: the diagonal is what it is for, the rest what a wrong route
/// costs (Table I of CSNet, ours).
/// </summary>
internal sealed class WrongRoutes
{
    private readonly Dictionary<(Degradation Given, Degradation Route), (double Sum, int Count)> _changes = [];

    /// <summary>Takes one frame through every route of the package.</summary>
    /// <exception cref="EdgeRestoreException">A frame could not be restored.</exception>
    public void Measure(Restorer restorer, EvalCase given, CancellationToken token)
    {
        using var restored = Frame.Rent(given.Degraded.Width, given.Degraded.Height, PixelFormat.Rgb24);
        var before = Psnr.Compute(given.Clean, given.Degraded);
        foreach (var route in restorer.Package.Manifest.Routes.Select(route => route.Degradation))
        {
            var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = route });
            var result = restorer.Restore(given.Degraded, restored, router, strength: 1, token);
            token.ThrowIfCancellationRequested();
            if (result.Detail is not null)
            {
                throw new EdgeRestoreException(
                    $"A frame could not be restored by route '{route.ToName()}': {result.Detail}");
            }

            var key = (given.Row.Degradation, route);
            var (sum, count) = _changes.GetValueOrDefault(key);
            _changes[key] = (sum + Psnr.Compute(given.Clean, restored) - before, count + 1);
        }
    }

    /// <summary>Mean change of PSNR in dB by degradation given (outer) and route (inner), by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> ToTable() =>
        _changes.GroupBy(pair => pair.Key.Given).ToDictionary(
            given => given.Key.ToName(),
            given => (IReadOnlyDictionary<string, double>)given.ToDictionary(
                pair => pair.Key.Route.ToName(), pair => pair.Value.Sum / pair.Value.Count));
}
