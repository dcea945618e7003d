using EdgeRestore.Degradations;

namespace EdgeRestore.Pairs;

/// <summary>A degraded image and its clean one; the same path twice where noise is added to each patch.</summary>
public sealed record ImagePair(string InputPath, string TargetPath, Degradation Degradation)
{
    /// <summary>Whether the input is made of the target by adding noise.</summary>
    public bool IsMadeNoisy => InputPath == TargetPath;
}
