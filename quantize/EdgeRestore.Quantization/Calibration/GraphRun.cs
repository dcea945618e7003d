using System.Collections.Immutable;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>One graph in the course of a calibration.</summary>
internal sealed class GraphRun
{
    private readonly string _file;
    private readonly OnnxFile _graph;
    private readonly CalibrationSettings _settings;
    private TensorStatistics[] _tensors;

    public GraphRun(string file, OnnxFile graph, CalibrationSettings settings)
    {
        if (graph.Graph.Nodes.FirstOrDefault(node => node.OpType is "QuantizeLinear" or "DequantizeLinear") is { } node)
        {
            throw new CalibrationException(
                $"'{file}' is quantised already: found {node}. Calibrate the FP32 package that it was made from.");
        }

        _file = file;
        _graph = graph;
        _settings = settings;
        var channels = TapSelection.ChannelsOf(graph.Graph);
        _tensors =
        [
            .. TapSelection.Of(graph.Graph).Select(name => new TensorStatistics(name)
            {
                Channels = channels.TryGetValue(name, out var count) ? new ChannelStatistics(count) : null,
            }),
        ];
        if (_tensors.Length == 0)
        {
            throw new CalibrationException(
                $"'{file}' has nothing to quantise: none of its {graph.Graph.Nodes.Count} nodes is a convolution, a "
                + "matrix product or arithmetic between float tensors. Calibrate a package with networks.");
        }
    }

    public HashSet<string> RangedFrames { get; } = new(StringComparer.Ordinal);

    public HashSet<string> CountedFrames { get; } = new(StringComparer.Ordinal);

    /// <summary>Ranges, and where the settings ask for it the counts with them.</summary>
    public CalibrationPass Open() =>
        new TapPass(_file, _graph, _tensors, _settings, observesRanges: true, _settings.CountsValues);

    /// <summary>Counts of frames whose ranges are known.</summary>
    public CalibrationPass OpenCounts() =>
        new TapPass(_file, _graph, _tensors, _settings, observesRanges: false, countsValues: true);

    public bool Accepts(CalibratedGraph state) =>
        state.Tensors.Select(tensor => (tensor.Name, tensor.Channels?.Count))
            .SequenceEqual(_tensors.Select(tensor => (tensor.Name, tensor.Channels?.Count)));

    public void TakeUp(CalibratedGraph state)
    {
        _tensors = [.. state.Tensors];
        RangedFrames.UnionWith(state.RangedFrames);
        if (_settings.CountsValues)
        {
            CountedFrames.UnionWith(state.CountedFrames);
            return;
        }

        foreach (var tensor in _tensors)
        {
            tensor.Histogram = null;
        }
    }

    public CalibratedGraph ToResult() => new(_file, [.. _tensors])
    {
        RangedFrames = RangedFrames.ToImmutableSortedSet(StringComparer.Ordinal),
        CountedFrames = CountedFrames.ToImmutableSortedSet(StringComparer.Ordinal),
    };
}
