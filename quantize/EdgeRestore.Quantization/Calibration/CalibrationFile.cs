using System.Collections.Immutable;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>What calibration saw of a package: frames, and every tensor's range and counts. Immutable.</summary>
/// <remarks>
/// The same frames give the same file, byte for byte, whatever the threads, the order or the interruptions. See
/// <see cref="CalibrationFormat"/> for the bytes.
/// </remarks>
public sealed record CalibrationFile
{
    /// <summary>Name and version of the package, for people.</summary>
    public required string Package { get; init; }

    /// <summary>The package's identity: another one's tensors are other tensors.</summary>
    public required string PackageSha256 { get; init; }

    /// <summary>False for the state of an interrupted run.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Frames, ordered by identity.</summary>
    public required ImmutableArray<CalibrationSource> Frames { get; init; }

    /// <summary>Graphs, ordered by file name.</summary>
    public required ImmutableArray<CalibratedGraph> Graphs { get; init; }

    /// <summary>Whether values were counted, which all methods but MinMax need.</summary>
    public bool HasHistograms => Graphs.All(graph => graph.Tensors.All(tensor => tensor.Histogram is not null));

    /// <summary>Reads a file.</summary>
    /// <exception cref="CalibrationException">It is missing, damaged, or something else.</exception>
    public static CalibrationFile Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CalibrationException(
                $"The calibration '{path}' cannot be read: {exception.Message} Make one with 'quantize calibrate'.",
                exception);
        }

        return CalibrationFormat.Read(bytes, path);
    }

    public void Save(string path) => WholeFile.Write(path, stream => CalibrationFormat.Write(this, stream));

    /// <exception cref="CalibrationException">It was made for another package, or is not finished.</exception>
    public void Require(ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (PackageSha256 != package.Sha256)
        {
            throw new CalibrationException(
                $"The calibration was made for {Package} with SHA-256 {PackageSha256}; '{package.Directory}' is "
                + $"{package.Manifest.Name} {package.Manifest.Version} with {package.Sha256}. Ranges of another "
                + "package would be wrong without anyone noticing: calibrate this one.");
        }

        if (!IsComplete)
        {
            throw new CalibrationException(
                $"The calibration of {Package} was interrupted after {Frames.Length} frames. Run 'quantize calibrate' "
                + "again with the same --out: it goes on where it stopped.");
        }
    }

    /// <summary>The ranges of one graph.</summary>
    /// <exception cref="CalibrationException">The graph was not calibrated, or only for MinMax.</exception>
    public IReadOnlyDictionary<string, TensorRange> TableOf(string graphFile, RangeMethod method)
    {
        var graph = Graphs.FirstOrDefault(graph => graph.File == graphFile) ?? throw new CalibrationException(
            $"The calibration of {Package} says nothing of '{graphFile}': it holds "
            + $"{string.Join(", ", Graphs.Select(known => known.File))}. Calibrate with frames for its routes too.");
        if (method != RangeMethod.MinMax && !HasHistograms)
        {
            throw new CalibrationException(
                $"The calibration of {Package} was made with --method minmax and counted no values, which "
                + $"{method.ToName()} needs. Use minmax, or calibrate without --method minmax.");
        }

        return graph.Estimate(method);
    }

    /// <summary>
    /// Channels of the convolutions of one graph; call <see cref="TableOf"/> first, which says what is missing.
    /// </summary>
    public IReadOnlyDictionary<string, ChannelStatistics> ChannelsOf(string graphFile) =>
        Graphs.First(graph => graph.File == graphFile).Channels;

    /// <summary>What one calibration with the frames of both would have given.</summary>
    /// <exception cref="CalibrationException">They do not belong together, or share a frame.</exception>
    public static CalibrationFile Merge(CalibrationFile first, CalibrationFile second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.PackageSha256 != second.PackageSha256)
        {
            throw new CalibrationException(
                $"Calibrations of different packages cannot be merged: found {first.Package} with SHA-256 "
                + $"{first.PackageSha256} and {second.Package} with {second.PackageSha256}. Merge those of one "
                + "package.");
        }

        if (!first.IsComplete || !second.IsComplete || first.HasHistograms != second.HasHistograms)
        {
            throw new CalibrationException(
                "These calibrations cannot be merged: one is not finished, or one has counts and the other only "
                + "ranges. Finish it, or make both with the same --method.");
        }

        var files = first.Graphs.Concat(second.Graphs).Select(graph => graph.File)
            .Distinct().Order(StringComparer.Ordinal);
        return first with
        {
            Frames =
            [
                .. first.Frames.Concat(second.Frames).DistinctBy(frame => frame.Sha256)
                    .OrderBy(frame => frame.Sha256, StringComparer.Ordinal),
            ],
            Graphs = [.. files.Select(file => Merge(first.Find(file), second.Find(file)))],
        };
    }

    private static CalibratedGraph Merge(CalibratedGraph? first, CalibratedGraph? second)
    {
        if (first is null || second is null)
        {
            return first ?? second!;
        }

        var common = first.RangedFrames.Intersect(second.RangedFrames);
        if (common.Count > 0)
        {
            throw new CalibrationException(
                $"Frame {common[0]} stands in both calibrations, for '{first.File}'; counted twice it would weigh "
                + "double. Merge calibrations of different frames.");
        }

        var tensors = ImmutableArray.CreateBuilder<TensorStatistics>();
        foreach (var (one, other) in first.Tensors.Zip(second.Tensors))
        {
            var sum = new TensorStatistics(one.Name);
            sum.Merge(one);
            sum.Merge(other);
            tensors.Add(sum);
        }

        return new CalibratedGraph(first.File, tensors.ToImmutable())
        {
            RangedFrames = first.RangedFrames.Union(second.RangedFrames),
            CountedFrames = first.CountedFrames.Union(second.CountedFrames),
        };
    }

    private CalibratedGraph? Find(string file) => Graphs.FirstOrDefault(graph => graph.File == file);
}
