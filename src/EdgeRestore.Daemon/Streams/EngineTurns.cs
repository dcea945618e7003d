using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

/// <summary>
/// Whose frame is computed next: that of the highest priority, among equals that which asked first. Thread-safe.
/// </summary>
/// <remarks>
/// A frame of lower priority is overtaken a bounded number of times, so none waits for ever. Waiting costs no thread. A
/// stream asks for one turn at a time, so equals take turns stream by stream, however fast one of them sends.
/// </remarks>
internal sealed class EngineTurns(int count)
{
    /// <summary>Frames of the next higher priority that may ask later and yet go first.</summary>
    public const int OvertakenAtMost = 16;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<TaskCompletionSource<bool>, long> _waiting = new();
    private int _freeCount = count;
    private long _lastNumber;

    /// <summary>Frames that wait for a turn now.</summary>
    public int WaitingCount { get; private set; }

    /// <summary>Takes a turn, which <see cref="Release"/> gives back.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was one.</exception>
    public ValueTask WaitAsync(Priority priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TaskCompletionSource<bool> turn;
        lock (_gate)
        {
            if (_freeCount > 0)
            {
                _freeCount--;
                return ValueTask.CompletedTask;
            }

            // Whoever gives the turn up must not compute the next frame on its own thread.
            turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn, ++_lastNumber + (RankOf(priority) * OvertakenAtMost));
            WaitingCount++;
        }

        return WaitAsync(turn, cancellationToken);
    }

    /// <summary>Gives a turn back: the next one in line has it.</summary>
    public void Release()
    {
        lock (_gate)
        {
            while (_waiting.TryDequeue(out var turn, out _))
            {
                if (turn.TrySetResult(true))
                {
                    WaitingCount--;
                    return;
                }
            }

            _freeCount++;
        }
    }

    private async ValueTask WaitAsync(TaskCompletionSource<bool> turn, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (turns, turn) = ((EngineTurns, TaskCompletionSource<bool>))state!;
                lock (turns._gate)
                {
                    if (turn.TrySetCanceled(token))
                    {
                        turns.WaitingCount--;
                    }
                }
            },
            (this, turn));
        await turn.Task;
    }

    private static int RankOf(Priority priority) => priority switch
    {
        Priority.High => 0,
        Priority.Low => 2,
        _ => 1,
    };
}
