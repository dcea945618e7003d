namespace EdgeRestore.Quantization.Commands;

/// <summary>The size of a frame as people write it: 640x360.</summary>
internal readonly record struct SpeedFrameSize(int Width, int Height)
{
    public override string ToString() => $"{Width}x{Height}";
}
