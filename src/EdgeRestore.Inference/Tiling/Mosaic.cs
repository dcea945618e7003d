using EdgeRestore.Frames;

namespace EdgeRestore.Inference.Tiling;

/// <summary>A tile of patches from all over a frame, in the frame's own resolution and order.</summary>
internal static class Mosaic
{
    // Noise and compression are only seen unscaled, and only many places give the frame's mean: on a photograph of
    // 1600x1200 in tiles of 512x512, patches of 32 gave haze and low light 4 to 6 dB nearer to one run than patches of
    // 64. A multiple of the blocks of JPEG and of the networks' grids.
    private const int PatchPixels = 32;

    // JPEG's: a patch keeps its phase.
    private const int GridPixels = 8;

    public static void Fill(Frame frame, Frame tile)
    {
        var from = frame.Pixels;
        var to = tile.Pixels;
        for (var top = 0; top < tile.Height; top += PatchPixels)
        {
            var height = Math.Min(PatchPixels, tile.Height - top);
            var sourceTop = PlaceOf(top, height, tile.Height, frame.Height);
            for (var left = 0; left < tile.Width; left += PatchPixels)
            {
                var width = Math.Min(PatchPixels, tile.Width - left);
                var sourceLeft = PlaceOf(left, width, tile.Width, frame.Width);
                for (var y = 0; y < height; y++)
                {
                    from.Slice((((sourceTop + y) * frame.Width) + sourceLeft) * 3, width * 3)
                        .CopyTo(to[((((top + y) * tile.Width) + left) * 3)..]);
                }
            }
        }
    }

    /// <summary>
    /// Where in the frame a patch of the tile comes from; the first and the last touch the frame's edges.
    /// </summary>
    private static int PlaceOf(int place, int length, int tile, int frame)
    {
        if (tile == frame)
        {
            return place;
        }

        var last = tile - length;
        return place == last ? frame - length : (int)((long)place * (frame - length) / last / GridPixels) * GridPixels;
    }
}
