using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Photographs;

namespace EdgeRestore.Degradations;

/// <summary>
/// One image under one row of the protocol. The frames belong to the protocol and live until the next case.
/// </summary>
public sealed record EvalCase(Photograph Photograph, EvalRow Row, Frame Clean, Frame Degraded)
{
    /// <summary>Judges a restored frame against the clean one, beside the degraded one.</summary>
    /// <param name="restored">Rgb24 of the same size.</param>
    public EvalScore Score(Frame restored) => new(
        Psnr.Compute(Clean, Degraded),
        Psnr.Compute(Clean, restored),
        Ssim.Compute(Clean, Degraded),
        Ssim.Compute(Clean, restored));
}

/// <summary>Quality before and after restoration: PSNR in dB capped at 60, SSIM skimage7.</summary>
public readonly record struct EvalScore(double PsnrIn, double PsnrOut, double SsimIn, double SsimOut)
{
    /// <summary>Mean of each figure over images; zero for none.</summary>
    public static EvalScore Mean(IReadOnlyCollection<EvalScore> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return scores.Count == 0
            ? default
            : new EvalScore(
                scores.Average(score => score.PsnrIn),
                scores.Average(score => score.PsnrOut),
                scores.Average(score => score.SsimIn),
                scores.Average(score => score.SsimOut));
    }
}
