namespace EdgeRestore.Inference;

/// <summary>One step of the ladder tensorrt, cuda, cpu, as it was tried at start.</summary>
/// <param name="Provider"><c>tensorrt</c>, <c>cuda</c> or <c>cpu</c>.</param>
/// <param name="IsUsed">Whether frames run on it.</param>
/// <param name="Reason">Why it was passed over, or how its probe went.</param>
public sealed record ProviderStep(string Provider, bool IsUsed, string Reason);
