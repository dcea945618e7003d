namespace EdgeRestore.Inference.Tiling;

/// <summary>How far from a pixel a network looks.</summary>
internal enum EngineReach
{
    /// <summary>Not tried yet.</summary>
    Unknown,

    /// <summary>Its neighbourhood: what is far away changes nothing.</summary>
    Neighbourhood,

    /// <summary>All of the frame, by means, attention or norms over it.</summary>
    WholeFrame,
}
