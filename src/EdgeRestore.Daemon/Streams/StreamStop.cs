using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Protocol;
using Grpc.Core;

namespace EdgeRestore.Daemon.Streams;

/// <summary>
/// What ends a stream from the daemon's side, after the frames that have arrived: its stop, or the loss of access.
/// </summary>
internal sealed class StreamStop(DrainSignal drain, AccessGrant? grant) : IDisposable
{
    private readonly CancellationTokenSource _stop =
        CancellationTokenSource.CreateLinkedTokenSource(drain.Token, grant?.Withdrawn ?? CancellationToken.None);

    /// <summary>Cancelled when no more frames are to be read.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>What to end the stream with, once it must.</summary>
    public Status Status => drain.Token.IsCancellationRequested ? WireStatus.ShuttingDown : grant!.Status;

    public void Dispose() => _stop.Dispose();
}
