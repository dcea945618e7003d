using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;

namespace EdgeRestore.Inference.Tiling;

/// <summary>Finds out how far a network looks by changing a frame at one end and looking at the other.</summary>
internal static class ReachProbe
{
    // Wide enough that no tile's border is nearer to what is kept of it.
    private const int Width = 8 * TiledRun.OverlapPixels;
    private const int Height = 64;

    /// <param name="slot">For the runs.</param>
    /// <param name="engine">What is tried.</param>
    /// <param name="measuring">Gives the statistics that it takes, once; null if it takes none.</param>
    /// <exception cref="EngineException">A run failed.</exception>
    public static EngineReach Run(EngineSlot slot, Engine engine, Engine? measuring)
    {
        using var frame = Frame.Rent(Width, Height, PixelFormat.Rgb24);
        using var first = Frame.Rent(Width, Height, PixelFormat.Rgb24);
        using var second = Frame.Rent(Width, Height, PixelFormat.Rgb24);
        var pixels = frame.Pixels;
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)(64 + (index * 37 % 101));
        }

        if (measuring is not null)
        {
            slot.Run(measuring, frame, first, strength: 1);
        }

        slot.Run(engine, frame, first, strength: 1);

        // The right half turns dark: whatever is measured over the whole frame changes by half.
        for (var y = 0; y < Height; y++)
        {
            pixels.Slice(((y * Width) + (Width / 2)) * 3, Width / 2 * 3).Clear();
        }

        slot.Run(engine, frame, second, strength: 1);
        for (var y = 0; y < Height; y++)
        {
            var row = y * Width * 3;
            var length = ((Width / 2) - TiledRun.OverlapPixels) * 3;
            if (!first.Pixels.Slice(row, length).SequenceEqual(second.Pixels.Slice(row, length)))
            {
                return EngineReach.WholeFrame;
            }
        }

        return EngineReach.Neighbourhood;
    }
}
