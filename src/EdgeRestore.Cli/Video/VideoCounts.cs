namespace EdgeRestore.Cli.Video;

/// <summary>What a run has done so far, and how that is shown while it goes on. Thread-safe.</summary>
internal sealed class VideoCounts(TimeProvider? time = null)
{
    // A camera may run for months; the newest thousands tell how it fares.
    private const int KeptTimes = 4096;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly double[] _times = new double[KeptTimes];
    private readonly SortedDictionary<string, long> _routes = new(StringComparer.Ordinal);
    private readonly long _started = (time ?? TimeProvider.System).GetTimestamp();
    private long _timeCount;
    private string _route = "";
    private float _confidence;
    private (long At, long Read, long Written) _shown;

    public long WrittenCount { get; private set; }

    public long RestoredCount { get; private set; }

    public long BypassedCount { get; private set; }

    public long FailedCount { get; private set; }

    public long DroppedCount { get; private set; }

    /// <summary>The first of the failures, in words.</summary>
    public string? FirstError { get; private set; }

    public TimeSpan Elapsed => _time.GetElapsedTime(_started);

    /// <summary>Frames restored or passed through, by the degradation that they were taken for.</summary>
    public IReadOnlyDictionary<string, long> Routes
    {
        get
        {
            lock (_lock)
            {
                return new SortedDictionary<string, long>(_routes, StringComparer.Ordinal);
            }
        }
    }

    public void Take(VideoAnswer answer)
    {
        lock (_lock)
        {
            DroppedCount += answer.DroppedCount;
            WrittenCount++;
            if (answer.Error is not null)
            {
                FailedCount++;
                FirstError ??= answer.Error;
                return;
            }

            _ = answer.Bypassed ? BypassedCount++ : RestoredCount++;
            _routes[answer.Route] = _routes.GetValueOrDefault(answer.Route) + 1;
            (_route, _confidence) = (answer.Route, answer.Confidence);
            _times[_timeCount++ % KeptTimes] = answer.Milliseconds;
        }
    }

    public void Drop()
    {
        lock (_lock)
        {
            DroppedCount++;
        }
    }

    /// <summary>Milliseconds per frame at a percentile of the newest frames; 0 when there was none.</summary>
    public double Percentile(int percent)
    {
        lock (_lock)
        {
            var sorted = _times.AsSpan(0, (int)Math.Min(_timeCount, KeptTimes)).ToArray();
            Array.Sort(sorted);
            // Nearest rank.
            return sorted.Length == 0 ? 0 : sorted[Math.Max(0, (int)Math.Ceiling(percent / 100.0 * sorted.Length) - 1)];
        }
    }

    /// <summary>One line for people; rates are those since the line before.</summary>
    /// <param name="readCount">Frames that came in.</param>
    /// <param name="expectedCount">Frames that there are, or 0.</param>
    public string ToLine(long readCount, long expectedCount)
    {
        var median = Percentile(50);
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var seconds = _time.GetElapsedTime(_shown.At == 0 ? _started : _shown.At, now).TotalSeconds;
            var rateIn = seconds > 0 ? (readCount - _shown.Read) / seconds : 0;
            var rateOut = seconds > 0 ? (WrittenCount - _shown.Written) / seconds : 0;
            _shown = (now, readCount, WrittenCount);
            var elapsed = _time.GetElapsedTime(_started, now);
            var total = expectedCount > 0 ? $" of {expectedCount}" : "";
            var failed = FailedCount > 0 ? $"  failed {FailedCount}" : "";
            var passed = BypassedCount > 0 ? $"  passed through {BypassedCount}" : "";
            var route = _route.Length > 0 ? $"  {_route} {_confidence:F2}" : "";
            return $"{(int)elapsed.TotalHours:00}:{elapsed:mm\\:ss}  in {readCount} ({rateIn:F1}/s)  out "
                + $"{WrittenCount}{total} ({rateOut:F1}/s)  dropped {DroppedCount}{failed}{passed}  {median:F1} "
                + $"ms{route}";
        }
    }
}
