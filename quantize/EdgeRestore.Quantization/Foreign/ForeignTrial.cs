using System.Globalization;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>
/// Judges forms of a foreign graph by their distance from FP32's outputs: what these mean nobody here knows. PSNR is of
/// each output's range over all frames; of several outputs the worst counts.
/// </summary>
internal sealed class ForeignTrial : FormTrial, IDisposable
{
    /// <summary>What costs are listed under, where packages have degradations.</summary>
    public const string AllFrames = "all frames";

    // What float32 cannot tell from equal outputs.
    private const double MaxDecibels = 120;

    private readonly ForeignGraph _graph;
    private readonly FrameInput _input;
    private readonly List<(string Name, Frame Frame, IReadOnlyList<float[]> Expected)> _frames = [];
    private readonly double[] _ranges;

    public ForeignTrial(ForeignGraph graph, FrameInput input, IEnumerable<JudgedFrame> frames, int threads)
    {
        (_graph, _input) = (graph, input);
        using var session = new WrappedSession(input.Wrap(graph.File, graph.Channels), threads);
        foreach (var judged in frames)
        {
            var frame = judged.Load();
            _frames.Add((judged.Name, frame, session.Run(frame)));
        }

        var outputs = _frames[0].Expected.Count;
        if (outputs == 0)
        {
            throw new QuantizationException(
                $"Graph '{graph.File.Graph.Name}' cannot be judged: none of its outputs is float. Export it without "
                + "its last operator, such as an ArgMax.");
        }

        if (_frames.Any(frame => frame.Expected.Any(output => output.Length == 0)))
        {
            throw Unequal("is empty for some of the images");
        }

        _ranges = [.. Enumerable.Range(0, outputs).Select(output =>
            (double)_frames.Max(frame => frame.Expected[output].Max()) - _frames.Min(
                frame => frame.Expected[output].Min()))];
    }

    /// <summary>Size of the frames.</summary>
    public (int Width, int Height) FrameSize => (_frames[0].Frame.Width, _frames[0].Frame.Height);

    /// <summary>How far each output reaches over the frames.</summary>
    public string RangeText =>
        string.Join(", ", _ranges.Select(range => range.ToString("G3", CultureInfo.InvariantCulture)));

    public override IReadOnlyList<DegradationCost> Judge(OnnxFile form, int threads, int mostFrames = int.MaxValue)
    {
        using var session = new WrappedSession(_input.Wrap(form, _graph.Channels), threads);
        var (sum, least, worst, nonFinite) = (0.0, double.PositiveInfinity, "", 0L);
        var judged = _frames.Take(mostFrames).ToList();
        foreach (var (name, frame, expected) in judged)
        {
            var found = session.Run(frame);
            if (!expected.Select(output => output.Length).SequenceEqual(found.Select(output => output.Length)))
            {
                throw Unequal($"has another length than in FP32 for image '{name}'");
            }

            nonFinite += found.Sum(output => output.LongCount(value => !float.IsFinite(value)));
            var between = Enumerable.Range(0, expected.Count)
                .Min(output => PsnrOf(expected[output], found[output], _ranges[output]));
            sum += between;
            (least, worst) = between < least ? (between, name) : (least, worst);
        }

        return [new DegradationCost(
            AllFrames, judged.Count, null, null, null, null, sum / judged.Count, worst, nonFinite)];
    }

    public override double[] Time(IReadOnlyList<OnnxFile> forms, SearchSettings settings, CancellationToken token)
    {
        var frame = _frames[0].Frame;
        var sessions = new List<WrappedSession>();
        try
        {
            sessions.AddRange(
                forms.Select(form => new WrappedSession(_input.Wrap(form, _graph.Channels), settings.Threads)));
            return SpeedTrial.Run(
                [.. sessions.Select(session => (Action)(() => session.Run(frame)))], settings.SpeedRounds, token);
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    public void Dispose() => _frames.ForEach(frame => frame.Frame.Dispose());

    private QuantizationException Unequal(string what) => new(
        $"Graph '{_graph.File.Graph.Name}' cannot be judged: an output {what}, allowed are outputs whose size depends "
        + "on the image's size alone. Export it without what picks among results, such as its NonMaxSuppression.");

    private static double PsnrOf(float[] expected, float[] found, double range)
    {
        var error = 0.0;
        for (var index = 0; index < expected.Length; index++)
        {
            error += Math.Pow((double)expected[index] - found[index], 2);
        }

        return error == 0 ? MaxDecibels
            : Math.Clamp(10 * Math.Log10(range * range * expected.Length / error), -MaxDecibels, MaxDecibels);
    }
}
