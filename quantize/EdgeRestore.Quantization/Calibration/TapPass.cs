using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>
/// Hands tensors out of a running graph, as many at a time as memory allows, and reads each once: its range, its
/// counts, or both.
/// </summary>
internal sealed class TapPass(
    string file, OnnxFile graph, IReadOnlyList<TensorStatistics> tensors, CalibrationSettings settings,
    bool observesRanges,
    bool countsValues)
    : CalibrationPass(file, tensors, settings)
{
    private const string NonFiniteName = "nonfinite";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, string> _faults = new(StringComparer.Ordinal);
    private readonly
        Dictionary<(int Width, int Height), IReadOnlyList<(Range Tensors, long LengthBytes)>> _groupsBySize = [];
    private readonly Dictionary<Range, FrameSession> _sessions = [];
    private readonly bool _countsNonFinite = graph.Graph.Outputs.Any(output => output.Name == NonFiniteName);
    private FrameSession? _sizes;
    private int _turn;

    public override bool HasFaults
    {
        get
        {
            lock (_gate)
            {
                return _faults.Count > 0;
            }
        }
    }

    public override void Finish()
    {
        if (_faults.Count > 0)
        {
            throw new CalibrationException(
                $"{_faults.Count} frames make values in '{File}' that are not finite: "
                + $"{string.Join("; ", _faults.Values.Take(5))}{(_faults.Count > 5 ? "; ..." : "")}. Allowed are none: "
                + "take these frames out if they are not real, else train or export the network again.");
        }
    }

    public override void Dispose()
    {
        foreach (var session in _sessions.Values)
        {
            session.Dispose();
        }

        _sizes?.Dispose();
    }

    /// <summary>Groups in the graph's order, each within the budget; a tensor that is larger stands alone.</summary>
    internal static IReadOnlyList<(Range Tensors, long LengthBytes)> Divide(
        ReadOnlySpan<long> lengthsBytes, long budgetBytes)
    {
        var groups = new List<(Range, long)>();
        var (start, bytes) = (0, 0L);
        for (var index = 0; index < lengthsBytes.Length; index++)
        {
            if (index > start && bytes + lengthsBytes[index] > budgetBytes)
            {
                groups.Add((start..index, bytes));
                (start, bytes) = (index, 0);
            }

            bytes += lengthsBytes[index];
        }

        groups.Add((start..lengthsBytes.Length, bytes));
        return groups;
    }

    protected override void Run(CalibrationFrame frame)
    {
        using var pixels = frame.Load();
        foreach (var (group, bytes) in GroupsOf(pixels))
        {
            Hold(bytes);
            try
            {
                if (!Read(frame, pixels, group))
                {
                    var tensor = FindFirst(pixels);
                    lock (_gate)
                    {
                        _faults[frame.Name] = $"'{frame.Name}' ({frame.Degradation}), first in tensor '{tensor}'";
                    }

                    return;
                }
            }
            finally
            {
                Release(bytes);
            }
        }
    }

    // Whether all was finite.
    private bool Read(CalibrationFrame frame, Frame pixels, Range group)
    {
        var (offset, length) = group.GetOffsetAndLength(Tensors.Count);
        var isLast = offset + length == Tensors.Count;
        using var outputs = SessionOf(group).Run(
            pixels,
            [
                .. Tensors.Skip(offset).Take(length).Select(tensor => tensor.Name),
                .. isLast && _countsNonFinite ? [NonFiniteName] : Array.Empty<string>(),
            ]);

        // Frames side by side begin at different tensors: one does not wait for the other's.
        var start = Interlocked.Increment(ref _turn) % Threads * length / Threads;
        var isFinite = true;
        for (var step = 0; step < length; step++)
        {
            var index = (start + step) % length;
            isFinite &= Take(Tensors[offset + index], frame, outputs[index].GetTensorDataAsSpan<float>());
        }

        return isFinite && !(isLast && _countsNonFinite && outputs[^1].GetTensorDataAsSpan<long>()[0] > 0);
    }

    // One value at a time, in the graph's order: slow, and memory stays what one tensor takes.
    private string FindFirst(Frame pixels)
    {
        var types = ValueTypes.Infer(graph.Graph);
        foreach (var name in graph.Graph.Nodes.SelectMany(node => node.Outputs)
            .Where(name => types.GetValueOrDefault(name) == ElementType.Float))
        {
            using var session = new FrameSession(File, TappedGraph.WithTaps(graph, [name]));
            using var outputs = session.Run(pixels, [name]);
            var values = outputs[0].GetTensorDataAsSpan<float>();
            if (!values.IsEmpty && !TensorScan.Of(values).IsFinite)
            {
                return name;
            }
        }

        return "(after the last one)";
    }

    private bool Take(TensorStatistics tensor, CalibrationFrame frame, ReadOnlySpan<float> values)
    {
        var channels = tensor.Channels;
        var scans = values.IsEmpty ? [] : new TensorScan[channels?.Count ?? 1];
        var isFinite = true;
        var (min, max) = (float.PositiveInfinity, float.NegativeInfinity);
        for (var channel = 0; channel < scans.Length; channel++)
        {
            var plane = values.Length / scans.Length;
            scans[channel] = TensorScan.Of(values.Slice(channel * plane, plane));
            isFinite &= scans[channel].IsFinite;
            (min, max) = (MathF.Min(min, scans[channel].Min), MathF.Max(max, scans[channel].Max));
        }

        if (!isFinite || scans.Length == 0)
        {
            return isFinite;
        }

        lock (tensor)
        {
            if (observesRanges)
            {
                tensor.Observe(frame.Sha256, min, max, values.Length);
                channels?.Observe(scans);
            }

            if (countsValues)
            {
                (tensor.Histogram ??= new TensorHistogram()).Add(values, MathF.Max(MathF.Abs(min), MathF.Abs(max)));
            }
        }

        return true;
    }

    private IReadOnlyList<(Range Tensors, long LengthBytes)> GroupsOf(Frame pixels)
    {
        lock (_gate)
        {
            var size = (pixels.Width, pixels.Height);
            if (!_groupsBySize.TryGetValue(size, out var groups))
            {
                _sizes ??= new FrameSession(
                    File, TappedGraph.WithSizes(graph, [.. Tensors.Select(tensor => tensor.Name)]));
                using var outputs = _sizes.Run(pixels, [TappedGraph.SizesName]);
                long[] lengths = [.. outputs[0].GetTensorDataAsSpan<long>().ToArray().Select(
                    count => count * sizeof(float))];
                RequireFits(lengths);
                _groupsBySize.Add(size, groups = Divide(lengths, MemoryBytes / Threads));
            }

            return groups;
        }
    }

    private void RequireFits(long[] lengths)
    {
        var largest = Array.IndexOf(lengths, lengths.Max());
        if (lengths[largest] > MemoryBytes)
        {
            throw new CalibrationException(
                $"The memory for tensors is too small: found {MemoryBytes >> 20} MiB, and tensor "
                + $"'{Tensors[largest].Name}' of '{File}' alone takes {lengths[largest] >> 20} MiB. Raise --memory, or "
                + "calibrate with smaller frames.");
        }
    }

    private FrameSession SessionOf(Range group)
    {
        lock (_gate)
        {
            if (!_sessions.TryGetValue(group, out var session))
            {
                var (offset, length) = group.GetOffsetAndLength(Tensors.Count);
                List<string> names = [.. Tensors.Skip(offset).Take(length).Select(tensor => tensor.Name)];
                session = new FrameSession(File, TappedGraph.WithTaps(
                    graph, names, offset + length == Tensors.Count && _countsNonFinite ? NonFiniteName : null));
                _sessions.Add(group, session);
            }

            return session;
        }
    }
}
