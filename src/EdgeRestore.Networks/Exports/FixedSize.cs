namespace EdgeRestore.Networks.Exports;

/// <summary>The one size that a graph is exported for.</summary>
public sealed record FixedSize(int Batch, int Height, int Width)
{
    public override string ToString() => $"{Batch} of {Height}x{Width}";

    internal static bool IsTooSmall(int side, RestorationNetwork network)
    {
        var padded = (side + network.SizeMultiple - 1) / network.SizeMultiple * network.SizeMultiple;
        return side < 1 || padded - side >= side;
    }
}
