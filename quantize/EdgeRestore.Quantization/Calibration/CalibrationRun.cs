using System.Collections.Immutable;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Runs a package's graphs over frames and keeps what their tensors held.</summary>
/// <remarks>
/// Frames go through in waves of one frame per thread, each graph on one thread, so that sums inside the graphs are
/// always taken in the same order. Between waves the state is whole: there it is saved, and there it stops. What is
/// kept has the same size for one frame as for a million.
/// </remarks>
public sealed class CalibrationRun
{
    private readonly ModelPackage _package;
    private readonly CalibrationSettings _settings;
    private readonly TimeProvider _time;
    private readonly SortedDictionary<string, GraphRun> _graphs = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, CalibrationSource> _sources = new(StringComparer.Ordinal);
    private int _done;
    private int _doneBefore;
    private int _total;
    private long _started;
    private long _saved;

    public CalibrationRun(ModelPackage package, CalibrationSettings settings, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(package);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MemoryBytes, 1);
        _package = package;
        _settings = settings;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Most bytes of tensors that were held outside the graphs at one time.</summary>
    public long PeakTapBytes { get; private set; }

    /// <summary>
    /// (1) Takes up the state of an interrupted run, (2) per graph, finds every tensor's range and counts its values,
    /// as many tensors at a time as memory allows, (3) counts those of frames that an earlier run only ranged, (4)
    /// removes the state.
    /// </summary>
    /// <param name="frames">Per graph file, what runs through it.</param>
    /// <param name="progress">Told after every wave.</param>
    /// <param name="token">Ends the run after the wave; the state is saved.</param>
    /// <exception cref="CalibrationException">A frame makes NaN, the memory is too small, the disk is full.</exception>
    public CalibrationFile Run(
        IReadOnlyDictionary<string, IReadOnlyList<CalibrationFrame>> frames,
        IProgress<CalibrationProgress>? progress = null,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(frames);
        CalibrationFrames.Require(frames);
        _started = _saved = _time.GetTimestamp();
        _total = frames.Values.Sum(list => list.Count);

        // 1
        foreach (var file in frames.Keys)
        {
            _graphs.Add(file, new GraphRun(file, OnnxFile.Read(_package.GetPath(file)), _settings));
        }

        foreach (var frame in frames.Values.SelectMany(list => list))
        {
            _sources[frame.Sha256] = new CalibrationSource(frame.Sha256, frame.Name, frame.Degradation);
        }

        TakeUp();
        _doneBefore = _done;
        foreach (var (file, graph) in _graphs)
        {
            // 2
            using (var pass = graph.Open())
            {
                ICollection<string>[] finished = _settings.CountsValues
                    ? [graph.RangedFrames, graph.CountedFrames]
                    : [graph.RangedFrames];
                RunPass(
                    pass, finished, frames[file], $"{file}: ranges{(_settings.CountsValues ? " and values" : "")}",
                    progress, token);
            }

            // 3
            if (_settings.CountsValues && graph.CountedFrames.Count < graph.RangedFrames.Count)
            {
                using var pass = graph.OpenCounts();
                RunPass(pass, [graph.CountedFrames], frames[file], $"{file}: values", progress, token);
            }
        }

        // 4
        if (_settings.StatePath is { } path)
        {
            WholeFile.TryDelete(path);
        }

        return ToFile(isComplete: true);
    }

    private void RunPass(
        CalibrationPass pass, ICollection<string>[] finished, IReadOnlyList<CalibrationFrame> frames, string activity,
        IProgress<CalibrationProgress>? progress, CancellationToken token)
    {
        var waiting = frames.Where(frame => !finished[0].Contains(frame.Sha256)).ToList();
        for (var start = 0; start < waiting.Count; start += pass.Threads)
        {
            if (token.IsCancellationRequested)
            {
                Save(pass);
                token.ThrowIfCancellationRequested();
            }

            var wave = waiting.GetRange(start, Math.Min(pass.Threads, waiting.Count - start));
            pass.Run(wave);
            foreach (var (frame, done) in wave.SelectMany(frame => finished.Select(done => (frame.Sha256, done))))
            {
                done.Add(frame);
            }

            _done += wave.Count;
            progress?.Report(new CalibrationProgress(_done, _total, activity, Remaining()));
            if (_time.GetElapsedTime(_saved) >= _settings.SaveInterval)
            {
                Save(pass);
            }
        }

        PeakTapBytes = Math.Max(PeakTapBytes, pass.PeakTapBytes);
        pass.Finish();
    }

    private TimeSpan? Remaining()
    {
        var doneNow = _done - _doneBefore;
        return doneNow == 0 ? null : _time.GetElapsedTime(_started) * ((double)(_total - _done) / doneNow);
    }

    private void TakeUp()
    {
        if (_settings.StatePath is not { } path || !File.Exists(path))
        {
            return;
        }

        CalibrationFile state;
        try
        {
            state = CalibrationFile.Load(path);
        }
        catch (CalibrationException)
        {
            // Damaged: starting anew costs time and gives the same.
            return;
        }

        // Frames that are no longer asked for cannot be taken out of the counts again.
        var known = state.PackageSha256 == _package.Sha256
            && state.Frames.All(frame => _sources.TryGetValue(frame.Sha256, out var source) && source == frame)
            && state.Graphs.All(graph => _graphs.TryGetValue(graph.File, out var run) && run.Accepts(graph));
        if (known)
        {
            foreach (var graph in state.Graphs)
            {
                _graphs[graph.File].TakeUp(graph);
                _done += _settings.CountsValues ? graph.CountedFrames.Count : graph.RangedFrames.Count;
            }
        }
    }

    private void Save(CalibrationPass pass)
    {
        _saved = _time.GetTimestamp();
        if (_settings.StatePath is { } path && !pass.HasFaults)
        {
            ToFile(isComplete: false).Save(path);
        }
    }

    private CalibrationFile ToFile(bool isComplete) => new()
    {
        Package = $"{_package.Manifest.Name} {_package.Manifest.Version}",
        PackageSha256 = _package.Sha256,
        IsComplete = isComplete,
        Frames = [.. _sources.Values],
        Graphs = [.. _graphs.Values.Select(graph => graph.ToResult()).Where(
            graph => isComplete || graph.RangedFrames.Count > 0)],
    };
}
