using EdgeRestore.Degradations;

namespace EdgeRestore.Inference;

/// <summary>What became of one frame.</summary>
/// <param name="Error">Whose fault it is that the frame was not restored; the output is then the input.</param>
/// <param name="Detail">What, found, allowed, remedy, of an error or of a result that was no picture; null where all
/// went well.</param>
/// <param name="Route">The degradation that was decided on, also where the frame passed through.</param>
/// <param name="Bypass">Why the frame passed through untouched; none where it was restored or failed.</param>
/// <param name="Confidence">Smoothed probability of <paramref name="Route"/> in [0, 1]; 1 for a fixed route.</param>
/// <param name="Classify">Time that classification took; zero for frames between classifications.</param>
/// <param name="Run">Time in engines, copies included; waiting for one is not.</param>
public readonly record struct RestoreResult(
    RestoreError Error,
    string? Detail,
    Degradation Route,
    BypassReason Bypass,
    float Confidence,
    TimeSpan Classify,
    TimeSpan Run)
{
    public bool Bypassed => Bypass != BypassReason.None;
}
