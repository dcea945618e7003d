namespace EdgeRestore.Daemon.Hosting;

/// <summary>
/// Holds a stop up until the calls that it found open have ended and their clients know how. Thread-safe.
/// </summary>
/// <remarks>
/// The server closes a connection as soon as its last call has sent its status. Where the client's side of the call is
/// still open, as that of a stream is, a closing connection takes away a status that the client has received but not
/// yet read: .NET's client, for one, then tells of the connection and not of the shutdown.
/// </remarks>
internal sealed class CallDrain(DrainSignal drain, IHostApplicationLifetime lifetime, TimeProvider clock)
    : IHostedLifecycleService
{
    /// <summary>
    /// A client that has read its status ends its side at once; one that has not after so long does not read.
    /// </summary>
    public static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _openCount;

    /// <summary>Runs one call, around everything else that does.</summary>
    public async Task InvokeAsync(HttpContext call, RequestDelegate next)
    {
        var isAwaited = TryEnter();
        try
        {
            await next(call);
            if (drain.Token.IsCancellationRequested)
            {
                await TakeLeaveAsync(call);
            }
        }
        finally
        {
            if (isAwaited)
            {
                Leave();
            }
        }
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // What else stops the host than a signal comes here before it.
        lifetime.StopApplication();
        lock (_gate)
        {
            if (_openCount == 0)
            {
                return;
            }
        }

        // Cancelled when the drain's time is up: the server then aborts what is left.
        await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // A call that comes later is refused, and not waited for: clients that try again and again would hold the stop up.
    private bool TryEnter()
    {
        lock (_gate)
        {
            if (drain.Token.IsCancellationRequested)
            {
                return false;
            }

            _openCount++;
            return true;
        }
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_openCount == 0 && drain.Token.IsCancellationRequested)
            {
                _ended.TrySetResult();
            }
        }
    }

    /// <summary>Sends the status, and waits until the client has ended its side: it does once it has read it.</summary>
    private async Task TakeLeaveAsync(HttpContext call)
    {
        await call.Response.CompleteAsync();
        using var limit = new CancellationTokenSource(LeaveLimit, clock);
        try
        {
            while (true)
            {
                // What it had still sent goes unread, as it would with the connection.
                var request = await call.Request.BodyReader.ReadAsync(limit.Token);
                call.Request.BodyReader.AdvanceTo(request.Buffer.End);
                if (request.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It reset the call, its connection is gone, or it does not read.
        }
    }
}
