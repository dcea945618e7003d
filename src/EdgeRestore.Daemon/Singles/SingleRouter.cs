using EdgeRestore.Daemon.Packages;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Daemon.Singles;

/// <summary>
/// The router of frames that belong together, for as long as they come to one package; one at a time.
/// </summary>
internal sealed class SingleRouter(RoutingOptions options)
{
    private ServedPackage? _package;
    private StreamRouter? _router;

    /// <exception cref="ArgumentException">The package lacks the route.</exception>
    public StreamRouter For(ServedPackage package)
    {
        if (_router is null || _package != package)
        {
            _router = package.CreateRouter(options);
            _package = package;
        }

        return _router;
    }
}
