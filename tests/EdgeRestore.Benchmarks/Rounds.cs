using System.Diagnostics;

namespace EdgeRestore.Benchmarks;

/// <summary>Timing that other work on the machine cannot favour one side with.</summary>
internal static class Rounds
{
    private const int WarmUpCount = 3;

    /// <summary>Frames a second of one contestant for about as long as a round.</summary>
    public static double Rate(TimeSpan time, Action frame)
    {
        var start = Stopwatch.GetTimestamp();
        var count = 0;
        do
        {
            frame();
            count++;
        }
        while (Stopwatch.GetElapsedTime(start) < time);
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Lets two contestants run in turns.</summary>
    /// <returns>The median rates, and the median over rounds of the second one's rate over the first one's.</returns>
    public static (double First, double Second, double Ratio) Compare(
        BenchmarkOptions options, Action first, Action second)
    {
        for (var index = 0; index < WarmUpCount; index++)
        {
            first();
            second();
        }

        var (firsts, seconds, ratios) = (new Samples(), new Samples(), new Samples());
        for (var round = 0; round < options.RoundCount; round++)
        {
            var firstRate = Rate(options.RoundTime, first);
            var secondRate = Rate(options.RoundTime, second);
            firsts.Add(firstRate);
            seconds.Add(secondRate);
            ratios.Add(secondRate / firstRate);
        }

        return (firsts.Median, seconds.Median, ratios.Median);
    }
}
