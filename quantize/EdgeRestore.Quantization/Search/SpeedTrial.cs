using System.Diagnostics;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Search;

/// <summary>
/// What forms of a graph cost on this machine, in turns, so that what disturbs one disturbs all. Processor time counts:
/// other work on the machine does not lengthen it.
/// </summary>
internal static class SpeedTrial
{
    // A network of 100 GMAC a frame would otherwise be timed for a quarter of an hour.
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);
    private const int LeastRounds = 3;

    /// <summary>Times forms of a subnetwork on frames of noise.</summary>
    public static double[] Run(IReadOnlyList<OnnxFile> forms, SearchSettings settings, CancellationToken token)
    {
        var (width, height) = settings.SpeedFrame;
        using var input = Noise(width, height);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        var graphs = new List<FrameGraph>();
        try
        {
            graphs.AddRange(forms.Select(form => new FrameGraph(form, settings.Threads)));
            return Run(
                [.. graphs.Select(graph => (Action)(() => graph.Run(input, output)))], settings.SpeedRounds, token);
        }
        finally
        {
            graphs.ForEach(graph => graph.Dispose());
        }
    }

    /// <summary>Times runs after one of each to warm up; fewer rounds where they would take minutes.</summary>
    /// <returns>
    /// Milliseconds in the order of the runs: the first one's median, and the others by the median over rounds of what
    /// they take of it.
    /// </returns>
    public static double[] Run(IReadOnlyList<Action> runs, int rounds, CancellationToken token)
    {
        var times = runs.Select(_ => new List<double>()).ToArray();
        var started = Stopwatch.GetTimestamp();
        foreach (var run in runs)
        {
            token.ThrowIfCancellationRequested();
            run();
        }

        rounds = Math.Clamp((int)(Budget / Stopwatch.GetElapsedTime(started)), Math.Min(LeastRounds, rounds), rounds);
        for (var round = 0; round < rounds; round++)
        {
            for (var index = 0; index < runs.Count; index++)
            {
                token.ThrowIfCancellationRequested();
                var start = Environment.CpuUsage.TotalTime;
                runs[index]();
                times[index].Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
            }
        }

        var reference = Median(times[0]);
        return [.. times.Select(list => reference * Median(list.Zip(times[0], (one, first) => one / first)))];
    }

    /// <summary>Levels drawn from a fixed seed.</summary>
    public static Frame Noise(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        var prng = new Prng(1);
        foreach (ref var level in frame.Pixels)
        {
            level = (byte)prng.NextInt32(0, 256);
        }

        return frame;
    }

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered[ordered.Length / 2];
    }
}
