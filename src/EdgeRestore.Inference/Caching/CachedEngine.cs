namespace EdgeRestore.Inference.Caching;

/// <summary>What a look at a cached engine found.</summary>
internal enum EngineState
{
    /// <summary>Whole, and of this device and package.</summary>
    Ready,

    /// <summary>Whole, but something that it was made of has changed.</summary>
    Stale,

    /// <summary>Not what was written.</summary>
    Damaged,
}

/// <summary>A folder of the cache.</summary>
/// <param name="Folder">Full path.</param>
/// <param name="Manifest">Null where it cannot be read.</param>
/// <param name="State">What was found.</param>
/// <param name="Reason">Why it is not ready.</param>
internal sealed record CachedEngine(string Folder, EngineManifest? Manifest, EngineState State, string? Reason)
{
    public string Prefix => Path.GetFileName(Folder);

    public EngineShapes Shapes => EngineShapes.TryParse(Manifest!.Shapes)!;

    public long LengthBytes => Manifest?.Files.Sum(file => file.LengthBytes) ?? 0;
}
