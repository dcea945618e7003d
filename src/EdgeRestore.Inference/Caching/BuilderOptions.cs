namespace EdgeRestore.Inference.Caching;

/// <summary>What TensorRT's builder is told beside the graph and its sizes.</summary>
internal sealed record BuilderOptions
{
    /// <summary>How long it searches for kernels: 0 to 5.</summary>
    /// <value>3, TensorRT's own.</value>
    public int Level { get; init; } = 3;

    /// <summary>Most scratch memory that a kernel may ask for.</summary>
    /// <value>0: all of the device's, which on a Jetson is the system's.</value>
    public long WorkspaceBytes { get; init; }

    /// <summary>Streams beside the main one; 0 takes the least memory.</summary>
    /// <value>-1: TensorRT decides.</value>
    public int AuxiliaryStreams { get; init; } = -1;
}
