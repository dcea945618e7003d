namespace EdgeRestore.Quantization.Search;

/// <summary>What a precision costs on frames of one degradation.</summary>
/// <param name="Degradation">By name.</param>
/// <param name="Frames">How many were judged.</param>
/// <param name="PsnrReference">Mean PSNR of FP32's results against the clean frames in dB; null without clean
/// frames.</param>
/// <param name="Drop">Mean loss against that in dB; null without clean frames.</param>
/// <param name="WorstDrop">Loss of the frame that loses most.</param>
/// <param name="SsimDrop">Mean loss of SSIM.</param>
/// <param name="PsnrBetween">Mean PSNR between the two results, capped at 60 dB.</param>
/// <param name="WorstFrame">Name of the frame that differs most.</param>
/// <param name="NonFinite">Values that were NaN or infinite.</param>
public sealed record DegradationCost(
    string Degradation, int Frames, double? PsnrReference, double? Drop, double? WorstDrop, double? SsimDrop,
    double PsnrBetween, string WorstFrame, long NonFinite)
{
    /// <summary>What is over its limit, or null.</summary>
    public string? FindFault(SearchSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return NonFinite > 0 ? $"{NonFinite} values are not finite"
            : Drop is null
                ? PsnrBetween < settings.MinPsnrBetween
                    ? $"{PsnrBetween:F1} dB between the results, allowed are {settings.MinPsnrBetween:F1} or more"
                    : null
            : Drop > settings.MaxDrop ? $"{Drop:F3} dB lost, allowed are {settings.MaxDrop:F2}"
            : WorstDrop > settings.MaxWorstDrop
                ? $"{WorstDrop:F3} dB lost on '{WorstFrame}', allowed are {settings.MaxWorstDrop:F2}"
            : SsimDrop > settings.MaxSsimDrop ? $"{SsimDrop:F4} of SSIM lost, allowed are {settings.MaxSsimDrop:F4}"
            : null;
    }
}
