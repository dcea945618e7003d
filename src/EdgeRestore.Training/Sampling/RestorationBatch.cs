using EdgeRestore.Degradations;

namespace EdgeRestore.Training.Sampling;

/// <summary>Degraded and clean patches, (N, patch, patch, 3) bytes each, and what was done to them.</summary>
internal sealed class RestorationBatch(long position, int count, int patch)
{
    public long Position { get; } = position;

    public int Count { get; } = count;

    public int Patch { get; } = patch;

    public byte[] Degraded { get; } = new byte[count * patch * patch * 3];

    public byte[] Clean { get; } = new byte[count * patch * patch * 3];

    public Degradation[] Degradations { get; } = new Degradation[count];

    /// <summary>(tokens, size) of each sample; none where the network takes none.</summary>
    public float[][]? Tokens { get; init; }
}
