namespace EdgeRestore.Commands;

/// <summary>How far long work is, as lines of a log: the first, the last, and one in five seconds between.
/// Thread-safe.</summary>
/// <param name="writer">Where to; standard error, so that a pipe gets results only.</param>
/// <param name="title">What is done, in front of every line.</param>
/// <param name="time">The clock; a test's own.</param>
public sealed class ProgressLines(TextWriter writer, string? title = null, TimeProvider? time = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _prefix = title is null ? "" : $"{title}: ";
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long? _shown;

    /// <summary>Says how much there is to do; the next line follows after the interval at the soonest.</summary>
    public void Begin(int total)
    {
        lock (_gate)
        {
            Write($"{total} to do");
        }
    }

    public void Show(int done, int total, string activity, TimeSpan? remaining = null)
    {
        lock (_gate)
        {
            if (_shown is { } shown && done < total && _time.GetElapsedTime(shown) < Interval)
            {
                return;
            }

            var rest = remaining is { } left && done < total ? $", about {Format(left)} left" : "";
            Write($"{done} of {total} ({activity}{rest})");
        }
    }

    public static string Format(TimeSpan time) => time.TotalMinutes >= 90 ? $"{time.TotalHours:F1} h"
        : time.TotalSeconds >= 90 ? $"{time.TotalMinutes:F0} min"
        : $"{Math.Max(1, time.TotalSeconds):F0} s";

    private void Write(string text)
    {
        _shown = _time.GetTimestamp();
        writer.WriteLine(_prefix + text);
    }
}
