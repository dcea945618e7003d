using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>One photograph under one case of the protocol, restored and measured against the clean one.</summary>
/// <param name="Photograph">Name of the photograph.</param>
/// <param name="Case">Name of the case, such as <c>noise-25</c>: a degradation at one strength.</param>
/// <param name="Given">The degradation that was applied.</param>
/// <param name="Route">The degradation that the classifier decided on, also where the frame passed through.</param>
/// <param name="Before">Quality of the degraded frame.</param>
/// <param name="After">Quality of the frame that came back.</param>
/// <param name="Milliseconds">Time that the frame took; what it covers is said where it is shown.</param>
internal sealed record ScoredFrame(
    string Photograph,
    string Case,
    Degradation Given,
    Degradation Route,
    float Confidence,
    bool Bypassed,
    Quality Before,
    Quality After,
    double Milliseconds)
{
    public bool IsMisrouted => Route != Given;

    /// <summary>
    /// Whether no fitting subnetwork ran: misrouted, or passed through although something is wrong with it.
    /// </summary>
    public bool IsUnhelped => IsMisrouted || (Bypassed && Given != Degradation.Clear);
}

/// <summary>Likeness to the clean frame.</summary>
/// <param name="Psnr">RGB, dB, capped at 60.</param>
/// <param name="Ssim">skimage's 7x7 window, mean of the channels.</param>
internal readonly record struct Quality(double Psnr, double Ssim);
