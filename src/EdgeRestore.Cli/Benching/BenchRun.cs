using System.Diagnostics;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;

namespace EdgeRestore.Cli.Benching;

/// <summary>Measures one cell after another within a time that is given for all.</summary>
internal sealed class BenchRun : IDisposable
{
    // Of one cell, the first apart, which builds the engine: fewer tell nothing of a percentile, but 1080p has its
    // price.
    private const int FewestFrames = 2;
    private const int MostFrames = 5000;

    private readonly ModelPackage _package;
    private readonly string _device;
    private readonly TimeSpan _budget;
    private readonly TimeProvider _time;
    private readonly long _started;
    private Restorer? _restorer;
    private (int Threads, string Precision) _loadedWith;

    /// <param name="loaded">Already loaded with as many threads as <paramref name="threads"/>; disposed with
    /// this.</param>
    /// <param name="time">Says when the time is up; tests let it stand still.</param>
    public BenchRun(Restorer loaded, int threads, string device, TimeSpan budget, TimeProvider? time = null)
    {
        _package = loaded.Package;
        _restorer = loaded;
        _loadedWith = (threads, BenchPlan.Automatic);
        _device = device;
        _budget = budget;
        _time = time ?? TimeProvider.System;
        _started = _time.GetTimestamp();
    }

    /// <summary>Frames of one cell after which it ends before its time.</summary>
    public int MostFrameCount { get; init; } = MostFrames;

    public IReadOnlyList<BenchCell> Run(IReadOnlyList<BenchCell> plan, StepProgress steps, CancellationToken token)
    {
        var cells = new List<BenchCell>(plan.Count);
        for (var index = 0; index < plan.Count; index++)
        {
            token.ThrowIfCancellationRequested();
            var left = _budget - _time.GetElapsedTime(_started);
            cells.Add(Measure(plan[index], left / (plan.Count - index), left, cells, token));
            steps.Advance($"{plan[index].Route}, {plan[index].Size}, {plan[index].Threads} threads");
        }

        return cells;
    }

    public void Dispose() => _restorer?.Dispose();

    private BenchCell Measure(
        BenchCell cell, TimeSpan share, TimeSpan left, List<BenchCell> before, CancellationToken token)
    {
        // From what is measured already: cost grows with pixels, and at least so much.
        var nearest = before.LastOrDefault(other => other.FrameCount > 0 && other.Group == "size");
        var expectedMs = nearest is null
            ? 0
            : nearest.MedianMs * cell.Width * cell.Height / (nearest.Width * nearest.Height);
        if (left <= TimeSpan.Zero || expectedMs * (FewestFrames + 1) > left.TotalMilliseconds)
        {
            return cell with { Reason = "no time left: give --seconds more" };
        }

        var restorer = With(cell);
        using var input = CreateFrame(cell.Width, cell.Height);
        using var output = Frame.Rent(cell.Width, cell.Height, PixelFormat.Rgb24);
        var router = restorer.CreateRouter(new RoutingOptions
        {
            FixedRoute = cell.Route == "auto"
                ? null
                : DegradationNames.All.Single(known => known.ToName() == cell.Route),
        });
        var times = new List<double>();
        var started = _time.GetTimestamp();
        for (var frame = 0; ; frame++)
        {
            token.ThrowIfCancellationRequested();
            var began = Stopwatch.GetTimestamp();
            var result = restorer.Restore(input, output, router, 1, token);
            if (result.Error == RestoreError.Canceled)
            {
                throw new OperationCanceledException(token);
            }

            if (result.Detail is not null)
            {
                return cell with { Reason = result.Detail };
            }

            if (frame > 0)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            if (times.Count >= MostFrameCount
                || (times.Count >= FewestFrames && _time.GetElapsedTime(started) >= share))
            {
                return cell.WithTimes(times, Environment.WorkingSet / (1024.0 * 1024.0));
            }
        }
    }

    private Restorer With(BenchCell cell)
    {
        // What has one precision only needs no choice.
        var precision = cell.Group == "precision" ? cell.Precision : BenchPlan.Automatic;
        if (_restorer is null || _loadedWith != (cell.Threads, precision))
        {
            _restorer?.Dispose();
            _restorer = null;
            _restorer = Restorer.Load(
                _package, new RestorerOptions { Device = _device, Threads = cell.Threads, Precision = precision });
            _loadedWith = (cell.Threads, precision);
        }

        return _restorer;
    }

    // A gradient under noise: what a network computes takes as long for any picture, and the classifier gets one it
    // knows.
    private static Frame CreateFrame(int width, int height)
    {
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        var random = new Random(1);
        for (var y = 0; y < height; y++)
        {
            var row = frame.Pixels.Slice(y * width * 3, width * 3);
            for (var x = 0; x < row.Length; x++)
            {
                row[x] = (byte)Math.Clamp((x * 160 / row.Length) + (y * 60 / height) + random.Next(-40, 41), 0, 255);
            }
        }

        return frame;
    }
}
