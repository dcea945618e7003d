using System.Diagnostics;
using System.Globalization;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>Forms of one network that restore a frame each, in turns, and what that took.</summary>
internal sealed class FormTrial
{
    private readonly List<(double WallMs, double ProcessorMs)[]> _rounds = [];

    /// <summary>Runs all once to warm up, then round by round; every second round goes backwards.</summary>
    public static FormTrial Run(IReadOnlyList<Action> forms, int roundCount)
    {
        var trial = new FormTrial();
        foreach (var form in forms)
        {
            form();
        }

        for (var round = 0; round < roundCount; round++)
        {
            var times = new (double, double)[forms.Count];
            for (var turn = 0; turn < forms.Count; turn++)
            {
                var index = round % 2 == 0 ? turn : forms.Count - 1 - turn;
                var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                forms[index]();
                times[index] = (
                    Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                    (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds);
            }

            trial._rounds.Add(times);
        }

        return trial;
    }

    /// <summary>Median time of a form.</summary>
    public double WallMs(int form) => Of(round => round[form].WallMs).Median;

    /// <summary>How many times as fast as the first one a form is, by the clock: one value per round.</summary>
    public Samples Speed(int form) => Of(round => round[0].WallMs / round[form].WallMs);

    /// <summary>How many times the first one's processor time a form takes: one value per round.</summary>
    public Samples Cost(int form) => Of(round => round[form].ProcessorMs / round[0].ProcessorMs);

    /// <summary>The ratio's spread, and the same ratio by processor time, which other work does not lengthen.</summary>
    public string Spread(int form)
    {
        var speed = Speed(form);
        var processor = Of(round => round[0].ProcessorMs / round[form].ProcessorMs).Median;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{speed.Percentile(0.25):F2} to {speed.Percentile(0.75):F2}, by processor time {processor:F2}");
    }

    private Samples Of(Func<(double WallMs, double ProcessorMs)[], double> figure)
    {
        var samples = new Samples();
        _rounds.ForEach(round => samples.Add(figure(round)));
        return samples;
    }
}
