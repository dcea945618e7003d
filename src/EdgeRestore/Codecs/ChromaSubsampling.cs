namespace EdgeRestore.Codecs;

/// <summary>Resolution at which a JPEG keeps colour.</summary>
public enum ChromaSubsampling
{
    /// <summary>4:4:4, full resolution.</summary>
    None,

    /// <summary>4:2:0, half in both directions: what cameras write.</summary>
    Half,
}
