namespace EdgeRestore.Inference.Engines;

/// <summary>What errors call an engine by. What could change its bytes is <see cref="Caching.EngineKey"/>.</summary>
/// <param name="PackageSha256">Identity of the package.</param>
/// <param name="File">The graph inside the package.</param>
/// <param name="Precision">As the manifest names it.</param>
/// <param name="Provider">What runs it: <c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>.</param>
/// <param name="RuntimeVersion">Version of ONNX Runtime.</param>
public sealed record EngineName(
    string PackageSha256, string File, string Precision, string Provider, string RuntimeVersion)
{
    public override string ToString() => $"{File}/{Precision} on {Provider}";
}
