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
    public override void Now(string activity) => bar.Description = Markup.Escape($"{title}: {Screen.Printable(activity)}");

    public override void Advance(string step)
    {
        Now(step);
        bar.Increment(1);
    }
}

/// <summary>Lines in a log.</summary>
internal sealed class PlainProgress : StepProgress
{
    private readonly ProgressLines _lines;
    private readonly int _stepCount;
    private readonly Lock _lock = new();
    private int _done;

    public PlainProgress(string title, int stepCount, TextWriter writer)
    {
        _lines = new ProgressLines(writer, title);
        _stepCount = stepCount;
        _lines.Begin(stepCount);
    }

    public override void Now(string activity)
    {
        lock (_lock)
        {
            if (_done < _stepCount)
            {
                _lines.Show(_done, _stepCount, Screen.Printable(activity));
            }
        }
    }

    public override void Advance(string step)
    {
        lock (_lock)
        {
            _lines.Show(++_done, _stepCount, Screen.Printable(step));
        }
    }
}
