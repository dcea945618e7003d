namespace EdgeRestore.Inference.Engines;

/// <summary>The runs that may be in flight on a device at once. Thread-safe.</summary>
internal sealed class EngineSlots : IDisposable
{
    private readonly SemaphoreSlim _free;
    private readonly Stack<EngineSlot> _slots;
    private readonly int _count;

    public EngineSlots(int count)
    {
        _count = count;
        _free = new SemaphoreSlim(count);
        _slots = new Stack<EngineSlot>(Enumerable.Range(0, count).Select(_ => new EngineSlot()));
    }

    /// <summary>Waits for a slot.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public EngineLease Lease(CancellationToken token)
    {
        // Waiting with a token registers a callback even where there is no wait; this way only waits pay for it.
        if (!_free.Wait(0, CancellationToken.None))
        {
            _free.Wait(token);
        }

        lock (_slots)
        {
            return new EngineLease(this, _slots.Pop());
        }
    }

    public void Return(EngineSlot slot)
    {
        lock (_slots)
        {
            _slots.Push(slot);
        }

        _free.Release();
    }

    /// <summary>Waits for the runs in flight, then frees their memory.</summary>
    public void Dispose()
    {
        for (var index = 0; index < _count; index++)
        {
            Lease(CancellationToken.None).Slot.Dispose();
        }

        _free.Dispose();
    }
}

/// <summary>The right to use one slot until disposed.</summary>
internal readonly struct EngineLease(EngineSlots owner, EngineSlot slot) : IDisposable
{
    public EngineSlot Slot => slot;

    public void Dispose() => owner.Return(slot);
}
