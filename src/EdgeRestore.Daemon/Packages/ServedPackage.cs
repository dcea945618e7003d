using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Daemon.Packages;

/// <summary>A package with its engines, and the count of frames that are inside. Thread-safe.</summary>
/// <remarks>Once retired it takes no more frames, and frees its engines when the last one leaves.</remarks>
internal sealed class ServedPackage(Restorer restorer)
{
    // The highest bit says that it is retired, the others count frames: one word, so that both change in one step.
    private const int RetiredBit = int.MinValue;

    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public Restorer Restorer { get; } = restorer;

    /// <summary>Done when its engines are freed.</summary>
    public Task Freed => _freed.Task;

    /// <summary>Lets a frame in, unless it is retired.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _state) > 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _state) == RetiredBit)
        {
            FreeOnce();
        }
    }

    /// <summary>The router of a stream's frames for as long as they come here.</summary>
    public StreamRouter CreateRouter(RoutingOptions options) => Restorer.CreateRouter(options);

    /// <summary>Takes one frame, which has entered, through its stream's route; see <see cref="Inference.Restorer"/>.</summary>
    public RestoreResult Restore(
        Frame input, Frame output, StreamRouter router, float strength, CancellationToken token) =>
        Restorer.Restore(input, output, router, strength, token);

    /// <summary>Takes no more frames. Called once.</summary>
    public void Retire()
    {
        if ((Interlocked.Or(ref _state, RetiredBit) & ~RetiredBit) == 0)
        {
            FreeOnce();
        }
    }

    private int _isFreeing;

    // A frame that comes too late enters and leaves again, and so may be the last one more than once.
    private void FreeOnce()
    {
        if (Interlocked.Exchange(ref _isFreeing, 1) == 0)
        {
            // Not on the thread of the frame that left: freeing a device's memory takes its time.
            _ = Task.Run(() =>
            {
                Restorer.Dispose();
                _freed.TrySetResult();
            });
        }
    }
}
