using EdgeRestore.Degradations;

namespace EdgeRestore.Inference.Routing;

/// <summary>What one frame is to go through.</summary>
/// <param name="Active">The subnetwork that the stream takes; Clear for none.</param>
/// <param name="Previous">The one that it is leaving, while <paramref name="Weight"/> is under 1.</param>
/// <param name="Weight">Share of <paramref name="Active"/> in the output, in (0, 1].</param>
/// <param name="Reported">The degradation that was recognised, also where frames pass through.</param>
/// <param name="Confidence">Its smoothed probability.</param>
/// <param name="IsSure">Whether that reaches the threshold.</param>
internal readonly record struct RouteDecision(
    Degradation Active, Degradation Previous, float Weight, Degradation Reported, float Confidence, bool IsSure);
