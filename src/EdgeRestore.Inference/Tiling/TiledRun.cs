using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Tiling;

namespace EdgeRestore.Inference.Tiling;

/// <summary>Takes frames that are too large for one run through an engine tile by tile. Not thread-safe.</summary>
/// <remarks>
/// Neighbours are faded into each other where they overlap, away from their borders. A network that looks at the whole
/// frame (<see cref="EngineReach"/>) sees only a tile each time and would brighten, say, each by another amount. What
/// it measures is then measured once, on patches from all over the frame (<see cref="Mosaic"/>), and given to every
/// tile. Of a network that cannot be cut there (<see cref="StatisticsEngines"/>) the whole frame, shrunk to a tile's
/// size, is restored first, and every neighbourhood's mean is taken from there.
/// </remarks>
internal sealed class TiledRun : IDisposable
{
    // A quarter at each side of an overlap is left out: there a tile sees its own padding instead of its neighbour.
    // Twice the reach of the default network's convolutions at full resolution; its deepest level reaches further,
    // faintly.
    public const int OverlapPixels = 128;

    private readonly TilePlan _plan;
    private readonly Frame _tile;
    private readonly Frame _restored;
    private readonly Frame _strip;
    private readonly MeanField _means;

    public TiledRun(int width, int height, int maxTilePixels, int sizeMultiple)
    {
        (Width, Height) = (width, height);
        _plan = TilePlan.Create(width, height, maxTilePixels, OverlapPixels, sizeMultiple);
        _tile = Frame.Rent(_plan.TileWidth, _plan.TileHeight, PixelFormat.Rgb24);
        _restored = Frame.Rent(_plan.TileWidth, _plan.TileHeight, PixelFormat.Rgb24);
        _strip = Frame.Rent(width, _plan.TileHeight, PixelFormat.Rgb24);
        _means = new MeanField(_plan.TileWidth, _plan.TileHeight);
    }

    public int Width { get; }

    public int Height { get; }

    public int TileCount => _plan.Count;

    /// <summary>Restores a frame of this size.</summary>
    /// <returns>How many values were not finite.</returns>
    /// <exception cref="EngineException">A run failed.</exception>
    public long Run(EngineSlot slot, Engine engine, Frame input, Frame output, float strength)
    {
        var nonFinite = 0L;
        Frame? whole = null;
        var (reach, statistics) = strength > 0 ? engine.Look(slot) : default;
        if (statistics is not null)
        {
            Mosaic.Fill(input, _tile);
            nonFinite = slot.Run(statistics.Measuring, _tile, _restored, strength);
            engine = statistics.Applying;
        }
        else if (reach == EngineReach.WholeFrame)
        {
            whole = RestoreSmall(slot, engine, input, strength, out nonFinite);
        }

        using var _ = whole;
        for (var row = 0; row < _plan.Top.Length; row++)
        {
            for (var column = 0; column < _plan.Left.Length; column++)
            {
                Cut(input, _plan.Left[column], _plan.Top[row]);
                nonFinite += slot.Run(engine, _tile, _restored, strength);
                if (whole is not null)
                {
                    _means.Match(
                        whole, whole.Width / (double)Width, _restored, _plan.Left[column], _plan.Top[row]);
                }

                FadeIntoStrip(column);
            }

            FadeIntoFrame(output, row);
        }

        return nonFinite;
    }

    public void Dispose()
    {
        _tile.Dispose();
        _restored.Dispose();
        _strip.Dispose();
    }

    private Frame RestoreSmall(EngineSlot slot, Engine engine, Frame input, float strength, out long nonFinite)
    {
        var scale = Math.Sqrt(_plan.TileWidth * (double)_plan.TileHeight / (Width * (double)Height));
        using var small = Resampler.Resize(
            input, Math.Max(1, (int)(Width * scale)), Math.Max(1, (int)(Height * scale)));
        var restored = Frame.Rent(small.Width, small.Height, PixelFormat.Rgb24);
        nonFinite = slot.Run(engine, small, restored, strength);
        return restored;
    }

    private void Cut(Frame input, int left, int top)
    {
        var from = input.Pixels;
        var to = _tile.Pixels;
        var rowBytes = _plan.TileWidth * 3;
        for (var y = 0; y < _plan.TileHeight; y++)
        {
            from.Slice((((top + y) * Width) + left) * 3, rowBytes).CopyTo(to[(y * rowBytes)..]);
        }
    }

    private void FadeIntoStrip(int column)
    {
        var left = _plan.Left[column];
        var (begin, end) = column == 0 ? (0, 0) : FadeOf(_plan.Left[column - 1] + _plan.TileWidth - left);
        var from = _restored.Pixels;
        var to = _strip.Pixels;
        var rowBytes = _plan.TileWidth * 3;
        for (var y = 0; y < _plan.TileHeight; y++)
        {
            var source = from.Slice(y * rowBytes, rowBytes);
            var target = to.Slice(((y * Width) + left) * 3, rowBytes);
            for (var x = begin; x < end; x++)
            {
                Blend(target.Slice(x * 3, 3), source.Slice(x * 3, 3), ShareOf(x, begin, end));
            }

            source[(end * 3)..].CopyTo(target[(end * 3)..]);
        }
    }

    private void FadeIntoFrame(Frame output, int row)
    {
        var top = _plan.Top[row];
        var (begin, end) = row == 0 ? (0, 0) : FadeOf(_plan.Top[row - 1] + _plan.TileHeight - top);
        var from = _strip.Pixels;
        var to = output.Pixels;
        var rowBytes = Width * 3;
        for (var y = begin; y < _plan.TileHeight; y++)
        {
            var source = from.Slice(y * rowBytes, rowBytes);
            var target = to.Slice((top + y) * rowBytes, rowBytes);
            if (y < end)
            {
                Blend(target, source, ShareOf(y, begin, end));
            }
            else
            {
                source.CopyTo(target);
            }
        }
    }

    /// <summary>Where, from a tile's edge on, it replaces its neighbour little by little.</summary>
    private static (int Begin, int End) FadeOf(int overlap) => (overlap / 4, overlap - (overlap / 4));

    // Of the newer tile, in 1/256.
    private static int ShareOf(int place, int begin, int end) => ((place - begin) * 256 / (end - begin)) + 1;

    private static void Blend(Span<byte> target, ReadOnlySpan<byte> source, int share)
    {
        for (var index = 0; index < target.Length; index++)
        {
            target[index] = (byte)(((target[index] * (256 - share)) + (source[index] * share) + 128) >> 8);
        }
    }
}
