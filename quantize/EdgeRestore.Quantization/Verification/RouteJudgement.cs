using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Verification;

/// <summary>What a conversion cost on held-out frames.</summary>
/// <param name="Row">The kind of frames, by the protocol's name.</param>
/// <param name="Frames">How many.</param>
/// <param name="PsnrReference">Mean PSNR of the FP32 graph's results, in dB.</param>
/// <param name="PsnrConverted">Mean PSNR of the converted graph's.</param>
/// <param name="WorstDrop">Greatest loss on one frame, in dB.</param>
/// <param name="PsnrBetween">Mean PSNR between the two graphs' results, capped at 60 dB.</param>
/// <param name="NonFinite">NaN and infinite values of the converted graph.</param>
public readonly record struct RouteJudgement(
    string Row, int Frames, double PsnrReference, double PsnrConverted, double WorstDrop, double PsnrBetween,
    long NonFinite)
{
    /// <summary>Mean loss, in dB; negative where the converted graph is better.</summary>
    public double Drop => PsnrReference - PsnrConverted;

    /// <summary>Runs both graphs on frames of some rows of the evaluation's protocol.</summary>
    /// <exception cref="EdgeRestoreException">Photographs are missing.</exception>
    public static IReadOnlyList<RouteJudgement> Judge(
        OnnxFile reference, OnnxFile converted, EvalProtocol protocol, IReadOnlyList<EvalRow> rows, int imageCount,
        CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        ArgumentNullException.ThrowIfNull(rows);
        using var before = new FrameGraph(reference, threads: 0);
        using var after = new FrameGraph(converted, threads: 0);
        var sums = rows.ToDictionary(
            row => row.Name, row => new RouteJudgement(row.Name, 0, 0, 0, double.MinValue, 0, 0));
        foreach (var frame in protocol.Enumerate(rows, imageCount))
        {
            token.ThrowIfCancellationRequested();
            using var one = Frame.Rent(frame.Clean.Width, frame.Clean.Height, PixelFormat.Rgb24);
            using var other = Frame.Rent(frame.Clean.Width, frame.Clean.Height, PixelFormat.Rgb24);
            before.Run(frame.Degraded, one);
            var nonFinite = after.Run(frame.Degraded, other);
            var (first, second) = (Psnr.Compute(frame.Clean, one), Psnr.Compute(frame.Clean, other));
            var sum = sums[frame.Row.Name];
            sums[frame.Row.Name] = new(
                sum.Row, sum.Frames + 1, sum.PsnrReference + first, sum.PsnrConverted + second,
                Math.Max(sum.WorstDrop, first - second), sum.PsnrBetween + Psnr.Compute(one, other),
                sum.NonFinite + nonFinite);
        }

        return [.. rows.Select(row => sums[row.Name].Mean())];
    }

    private RouteJudgement Mean() => this with
    {
        PsnrReference = PsnrReference / Frames,
        PsnrConverted = PsnrConverted / Frames,
        PsnrBetween = PsnrBetween / Frames,
    };
}
