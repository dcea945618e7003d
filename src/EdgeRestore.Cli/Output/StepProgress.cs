using Spectre.Console;

namespace EdgeRestore.Cli.Output;

/// <summary>How far long work is, for a person who waits. Thread-safe.</summary>
internal abstract class StepProgress
{
    /// <summary>What is being done; nothing is finished by it.</summary>
    public abstract void Now(string activity);

    /// <summary>One step is done: which.</summary>
    public abstract void Advance(string step);
}

/// <summary>A bar on a terminal.</summary>
internal sealed class BarProgress(string title, ProgressTask bar) : StepProgress
{
    public override void Now(string activity) => bar.Description = Markup.Escape($"{title}: {activity}");

    public override void Advance(string step)
    {
        Now(step);
        bar.Increment(1);
    }
}

/// <summary>Lines in a log: the first, the last, and at most one in five seconds between.</summary>
internal sealed class PlainProgress : StepProgress
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly string _title;
    private readonly int _stepCount;
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private long _shown;
    private int _done;

    public PlainProgress(string title, int stepCount, TextWriter writer, TimeProvider? time = null)
    {
        _title = title;
        _stepCount = stepCount;
        _writer = writer;
        _time = time ?? TimeProvider.System;
        _shown = _time.GetTimestamp();
        writer.WriteLine($"{title}: {stepCount} to do");
    }

    public override void Now(string activity)
    {
        lock (_lock)
        {
            if (_time.GetElapsedTime(_shown) >= Interval)
            {
                Show(activity);
            }
        }
    }

    public override void Advance(string step)
    {
        lock (_lock)
        {
            _done++;
            if (_done == _stepCount || _time.GetElapsedTime(_shown) >= Interval)
            {
                Show(step);
            }
        }
    }

    private void Show(string what)
    {
        _shown = _time.GetTimestamp();
        _writer.WriteLine($"{_title}: {_done} of {_stepCount} ({what})");
    }
}
