namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Time that passes when the test says so, timers included.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private readonly List<(TimeSpan DueTime, int Count, TaskCompletionSource Started)> _waiters = [];
    private long _ticks;
    private long _jumpedTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() =>
        base.GetUtcNow().AddTicks(GetTimestamp() + Interlocked.Read(ref _jumpedTicks));

    /// <summary>Sets the time of day, as an operator or NTP does; no time passes.</summary>
    public void Jump(TimeSpan time) => Interlocked.Add(ref _jumpedTicks, time.Ticks);

    public void Advance(TimeSpan time)
    {
        List<Timer> due;
        lock (_gate)
        {
            _ticks += time.Ticks;
            due = [.. _timers.Where(timer => timer.DueAt <= _ticks)];
            _timers.RemoveAll(due.Contains);
        }

        due.ForEach(timer => timer.Fire());
    }

    /// <summary>Waits until something, or so many, wait for a time of this length.</summary>
    public Task WaitForTimerAsync(TimeSpan dueTime, int count = 1)
    {
        lock (_gate)
        {
            if (_timers.Count(timer => timer.DueTime == dueTime) >= count)
            {
                return Task.CompletedTask;
            }

            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((dueTime, count, started));
            return started.Task.WaitAsync(Patience.Limit);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(ManualClock clock, Action callback) : ITimer
    {
        public TimeSpan DueTime { get; private set; }

        public long DueAt { get; private set; }

        public void Fire() => callback();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                (DueTime, DueAt) = (dueTime, clock._ticks + dueTime.Ticks);
                clock._timers.Add(this);
                var count = clock._timers.Count(timer => timer.DueTime == dueTime);
                foreach (var (_, _, started) in clock._waiters.Where(
                    waiter => waiter.DueTime == dueTime && waiter.Count <= count))
                {
                    started.TrySetResult();
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
