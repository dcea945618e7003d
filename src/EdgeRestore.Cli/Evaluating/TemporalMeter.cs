using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Takes the frames of one sequence in order and keeps what they say of its rest in time.</summary>
internal sealed class TemporalMeter : IDisposable
{
    private readonly Flicker _flicker = new();
    private readonly List<double> _psnrIn = [];
    private readonly List<double> _psnrOut = [];
    private readonly List<double> _warpClean = [];
    private readonly List<double> _warpIn = [];
    private readonly List<double> _warpOut = [];
    private readonly List<double> _validShares = [];
    private readonly List<double> _levelsIn = [];
    private readonly List<double> _levelsOut = [];
    private readonly List<Degradation> _routes = [];
    private (Frame? Clean, Frame Given, Frame Restored)? _before;

    public void Add(MovingFrame frame, Frame restored, Degradation route)
    {
        // What the scene itself brings is taken out of the brightness where it is known.
        var level = frame.Clean is null ? 0 : Level(frame.Clean);
        _levelsIn.Add(Level(frame.Given) - level);
        _levelsOut.Add(Level(restored) - level);
        _routes.Add(route);
        if (frame.Clean is { } clean)
        {
            _psnrIn.Add(Psnr.Compute(clean, frame.Given));
            _psnrOut.Add(Psnr.Compute(clean, restored));
        }

        if (_before is { } before && frame.Flow is { } flow)
        {
            AddStep(before, frame, restored, flow);
        }

        Forget();
        _before = (frame.Clean is null ? null : Copy(frame.Clean), Copy(frame.Given), Copy(restored));
    }

    /// <param name="name">Of the sequence.</param>
    /// <param name="given">The case.</param>
    /// <param name="secondFrames">Frames that make a second; none where the scene's own brightness is known.</param>
    public TemporalSummary ToSummary(string name, string given, int? secondFrames) => new()
    {
        Sequence = name,
        Case = given,
        FrameCount = _levelsIn.Count,
        PsnrIn = MeanOrNull(_psnrIn),
        PsnrOut = MeanOrNull(_psnrOut),
        WarpingErrorClean = MeanOrNull(_warpClean),
        WarpingErrorIn = MeanOrNull(_warpIn),
        WarpingErrorOut = MeanOrNull(_warpOut),
        FlowValidShare = MeanOrNull(_validShares),
        Flicker = OrNull(_flicker.Ratio),
        JumpsIn = OrNull(Jumps(_levelsIn, secondFrames)),
        JumpsOut = OrNull(Jumps(_levelsOut, secondFrames)),
        RouteSwitchCount = _routes.Skip(1).Where((route, index) => route != _routes[index]).Count(),
        MainRoute = _routes.GroupBy(route => route).MaxBy(group => group.Count())?.Key.ToName() ?? "",
    };

    public void Dispose() => Forget();

    private void AddStep(
        (Frame? Clean, Frame Given, Frame Restored) before, MovingFrame frame, Frame restored, FlowField flow)
    {
        if (before.Clean is { } cleanBefore && frame.Clean is { } clean)
        {
            _warpClean.Add(WarpingError.Compute(cleanBefore, clean, flow));
        }

        _warpIn.Add(WarpingError.Compute(before.Given, frame.Given, flow));
        _warpOut.Add(WarpingError.Compute(before.Restored, restored, flow));
        _validShares.Add(flow.ValidShare);

        // Found motion is uncertain by fractions of a pixel, which at an edge is more than noise: without it there.
        _flicker.Add(
            (before.Given, frame.Given), (before.Restored, restored), frame.Clean is null ? null : flow);
    }

    private void Forget()
    {
        if (_before is { } before)
        {
            before.Clean?.Dispose();
            before.Given.Dispose();
            before.Restored.Dispose();
            _before = null;
        }
    }

    private static double Jumps(List<double> levels, int? secondFrames)
    {
        if (secondFrames is { } window)
        {
            return Metrics.Flicker.Jumps(levels, window);
        }

        var mean = levels.Average();
        return Math.Sqrt(levels.Average(level => (level - mean) * (level - mean)));
    }

    private static double? MeanOrNull(List<double> values) =>
        values.Where(double.IsFinite).Select(value => (double?)value).DefaultIfEmpty().Average();

    private static double? OrNull(double value) => double.IsFinite(value) ? value : null;

    private static double Level(Frame frame)
    {
        var sum = 0L;
        foreach (var value in frame.Pixels)
        {
            sum += value;
        }

        return (double)sum / frame.Pixels.Length;
    }

    private static Frame Copy(Frame frame)
    {
        var copy = Frame.Rent(frame.Width, frame.Height, frame.Format);
        frame.Pixels.CopyTo(copy.Pixels);
        return copy;
    }
}

/// <summary>One sequence; what is not known, or has no value, is null.</summary>
internal sealed record TemporalSummary
{
    public required string Sequence { get; init; }

    public required string Case { get; init; }

    public required int FrameCount { get; init; }

    public required double? PsnrIn { get; init; }

    public required double? PsnrOut { get; init; }

    /// <summary>Of the clean video: what the flow itself leaves.</summary>
    public required double? WarpingErrorClean { get; init; }

    public required double? WarpingErrorIn { get; init; }

    public required double? WarpingErrorOut { get; init; }

    /// <summary>Part of the pixels over which the warping error is taken.</summary>
    public required double? FlowValidShare { get; init; }

    /// <summary>Change of the output over that of the input where nothing moves.</summary>
    public required double? Flicker { get; init; }

    /// <summary>Jumps of brightness, levels of 255.</summary>
    public required double? JumpsIn { get; init; }

    public required double? JumpsOut { get; init; }

    public required int RouteSwitchCount { get; init; }

    public required string MainRoute { get; init; }
}
