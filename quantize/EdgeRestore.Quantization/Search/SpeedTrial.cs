using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Search;

/// <summary>
/// What forms of a graph cost on this machine, in turns, so that what disturbs one disturbs all. Processor time counts: other
/// work on the machine does not lengthen it.
/// </summary>
internal static class SpeedTrial
{
    /// <returns>
    /// Milliseconds in the order of the forms: the first one's median, and the others by the median over rounds of what they
    /// take of it.
    /// </returns>
    public static double[] Run(IReadOnlyList<OnnxFile> forms, SearchSettings settings, CancellationToken token)
    {
        var (width, height) = settings.SpeedFrame;
        using var input = Frame.Rent(width, height, PixelFormat.Rgb24);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        var prng = new Prng(1);
        foreach (ref var level in input.Pixels)
        {
            level = (byte)prng.NextInt32(0, 256);
        }

        var graphs = new List<FrameGraph>();
        try
        {
            graphs.AddRange(forms.Select(form => new FrameGraph(form, settings.Threads)));
            graphs.ForEach(graph => graph.Run(input, output));
            var times = forms.Select(_ => new List<double>()).ToArray();
            for (var round = 0; round < settings.SpeedRounds; round++)
            {
                for (var index = 0; index < graphs.Count; index++)
                {
                    token.ThrowIfCancellationRequested();
                    var start = Environment.CpuUsage.TotalTime;
                    graphs[index].Run(input, output);
                    times[index].Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
                }
            }

            var reference = Median(times[0]);
            return [.. times.Select(list => reference * Median(list.Zip(times[0], (one, first) => one / first)))];
        }
        finally
        {
            graphs.ForEach(graph => graph.Dispose());
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToArray();
        return ordered[ordered.Length / 2];
    }
}
