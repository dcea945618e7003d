namespace EdgeRestore.Quantization.Commands;

/// <summary>How far long work is, as lines on standard error: the first, the last, and one in five seconds between.</summary>
internal sealed class ProgressLines(TextWriter writer, TimeProvider? time = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long? _shown;

    public void Show(int done, int total, string activity, TimeSpan? remaining = null)
    {
        lock (_gate)
        {
            if (_shown is { } shown && done < total && _time.GetElapsedTime(shown) < Interval)
            {
                return;
            }

            _shown = _time.GetTimestamp();
            var rest = remaining is { } left && done < total ? $", about {Format(left)} left" : "";
            writer.WriteLine($"{done} of {total} ({activity}{rest})");
        }
    }

    internal static string Format(TimeSpan time) => time.TotalMinutes >= 90 ? $"{time.TotalHours:F1} h"
        : time.TotalSeconds >= 90 ? $"{time.TotalMinutes:F0} min"
        : $"{Math.Max(1, time.TotalSeconds):F0} s";
}
