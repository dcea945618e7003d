using EdgeRestore.Protocol;
using Grpc.Core;

namespace EdgeRestore.Daemon.Security;

/// <summary>The right that a running call was let in with; withdrawn when it no longer holds. Thread-safe.</summary>
/// <param name="owner">What it was given to: the same for all calls of one token or certificate.</param>
internal sealed class AccessGrant(string owner) : IDisposable
{
    private readonly CancellationTokenSource _withdrawn = new();

    public string Owner => owner;

    /// <summary>Cancelled when the call must end.</summary>
    public CancellationToken Withdrawn => _withdrawn.Token;

    /// <summary>What to end it with, once it must.</summary>
    public Status Status { get; private set; }

    /// <summary>That of a call; one without an identity has none.</summary>
    public static AccessGrant? Of(ServerCallContext call) => call.GetHttpContext().Features.Get<AccessGrant>();

    public void Withdraw(StatusCode code, string detail)
    {
        Status = WireStatus.AccessWithdrawn(code, detail);
        _withdrawn.Cancel();
    }

    public void Dispose() => _withdrawn.Dispose();
}
