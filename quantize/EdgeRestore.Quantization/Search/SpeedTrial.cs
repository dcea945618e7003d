using System.Diagnostics;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Verification;

namespace EdgeRestore.Quantization.Search;

/// <summary>How long forms of a graph take on this machine, in turns, so that what disturbs one disturbs all.</summary>
internal static class SpeedTrial
{
    /// <returns>Median milliseconds, in the order of the forms.</returns>
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
                    var start = Stopwatch.GetTimestamp();
                    graphs[index].Run(input, output);
                    times[index].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                }
            }

            return [.. times.Select(list => list.Order().ElementAt(list.Count / 2))];
        }
        finally
        {
            graphs.ForEach(graph => graph.Dispose());
        }
    }
}
