using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>Counts every tensor's values, as many tensors at a time as memory allows.</summary>
internal sealed class CountPass : CalibrationPass
{
    private readonly List<(FrameSession Session, string[] Names, TensorStatistics[] Tensors)> _groups = [];

    public CountPass(string file, OnnxFile graph, IReadOnlyList<TensorStatistics> tensors, CalibrationSettings settings)
        : base(file, tensors, FitThreads(file, tensors, settings))
    {
        foreach (var tensor in tensors)
        {
            tensor.Histogram ??= new TensorHistogram();
        }

        foreach (var group in Divide(tensors, settings.MemoryBytes / Threads))
        {
            var names = group.Select(tensor => tensor.Name).ToArray();
            _groups.Add((new FrameSession(file, TappedGraph.WithTaps(graph, names)), names, group));
        }
    }

    public override void Dispose() => _groups.ForEach(group => group.Session.Dispose());

    protected override void Run(CalibrationFrame frame)
    {
        using var pixels = frame.Load();
        foreach (var (session, names, tensors) in _groups)
        {
            using var outputs = session.Run(pixels, names);
            var bytes = 0L;
            for (var index = 0; index < names.Length; index++)
            {
                bytes += (long)outputs[index].GetTensorDataAsSpan<float>().Length * sizeof(float);
            }

            Hold(bytes);
            for (var index = 0; index < names.Length; index++)
            {
                var values = outputs[index].GetTensorDataAsSpan<float>();
                if (!FloatScan.IsFinite(values))
                {
                    throw new CalibrationException(
                        $"Frame '{frame.Name}' ({frame.Degradation}) makes values in tensor '{names[index]}' of '{File}' that "
                        + "are not finite; allowed are none. Take the frame out if it is not real, else train or export "
                        + "the network again.");
                }

                var histogram = tensors[index].Histogram!;
                lock (histogram)
                {
                    histogram.Add(values);
                }
            }

            Release(bytes);
        }
    }

    /// <summary>Groups in the graph's order, each within the budget.</summary>
    internal static IEnumerable<TensorStatistics[]> Divide(IReadOnlyList<TensorStatistics> tensors, long budgetBytes)
    {
        var (group, bytes) = (new List<TensorStatistics>(), 0L);
        foreach (var tensor in tensors)
        {
            if (group.Count > 0 && bytes + BytesOf(tensor) > budgetBytes)
            {
                yield return [.. group];
                group.Clear();
                bytes = 0;
            }

            group.Add(tensor);
            bytes += BytesOf(tensor);
        }

        yield return [.. group];
    }

    // Fewer frames at a time where one tensor of each would not fit.
    private static int FitThreads(string file, IReadOnlyList<TensorStatistics> tensors, CalibrationSettings settings)
    {
        var largest = tensors.MaxBy(BytesOf)!;
        var fitting = settings.MemoryBytes / Math.Max(1, BytesOf(largest));
        return fitting >= 1 ? (int)Math.Min(ThreadsOf(settings), fitting) : throw new CalibrationException(
            $"The memory for tensors is too small: found {settings.MemoryBytes >> 20} MiB, and tensor '{largest.Name}' of "
            + $"'{file}' alone takes {BytesOf(largest) >> 20} MiB. Raise --memory, or calibrate with smaller frames.");
    }

    private static long BytesOf(TensorStatistics tensor) => tensor.MaxElementCount * sizeof(float);
}
