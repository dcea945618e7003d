using EdgeRestore.Degradations;

namespace EdgeRestore.Inference;

/// <summary>How far a route is.</summary>
/// <param name="Degradation">The route.</param>
/// <param name="IsReady">Whether its engine stands; otherwise its first frame builds it.</param>
/// <param name="Fault">Why its engine cannot be built, so that its frames fail; null while that is not known.</param>
/// <param name="Precision">That of its engine: <c>fp32</c>, <c>fp16</c> or <c>int8</c>, chosen before that
/// stands.</param>
public readonly record struct RouteReadiness(Degradation Degradation, bool IsReady, string? Fault, string Precision);
