namespace EdgeRestore.Daemon.Hosting;

/// <summary>Whether the daemon serves or drains. It serves from the moment that it can be reached.</summary>
internal sealed class DrainSignal(IHostApplicationLifetime lifetime)
{
    /// <summary>Cancelled once, when the daemon is told to stop.</summary>
    public CancellationToken Token => lifetime.ApplicationStopping;
}
