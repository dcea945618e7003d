using EdgeRestore.Frames;

namespace EdgeRestore.Inference.Tiling;

/// <summary>Gives a restored tile the local means that its place has in the whole frame, restored at a smaller
/// size.</summary>
internal sealed class MeanField
{
    // Coarse enough that noise and detail, which the small frame has not, average out; fine enough for shadows and
    // haze.
    private const int CellPixels = 64;

    private readonly int _columns;
    private readonly int _rows;

    // (rows, columns, 3)
    private readonly float[] _wanted;
    private readonly float[] _found;

    public MeanField(int tileWidth, int tileHeight)
    {
        _columns = Math.Max(1, tileWidth / CellPixels);
        _rows = Math.Max(1, tileHeight / CellPixels);
        _wanted = new float[_rows * _columns * 3];
        _found = new float[_wanted.Length];
    }

    /// <summary>Shifts a tile smoothly by the difference of means.</summary>
    /// <param name="whole">The whole frame, restored small.</param>
    /// <param name="scale">Its width over the frame's.</param>
    /// <param name="tile">A restored tile.</param>
    /// <param name="left">Where it lies in the frame.</param>
    /// <param name="top">Where it lies in the frame.</param>
    public void Match(Frame whole, double scale, Frame tile, int left, int top)
    {
        FillMeans(tile, 1, 0, 0, tile, _found);
        FillMeans(whole, scale, left, top, tile, _wanted);
        for (var index = 0; index < _wanted.Length; index++)
        {
            _wanted[index] -= _found[index];
        }

        Add(tile, _wanted);
    }

    /// <summary>Means of the cells of a tile at a place, taken from a frame that is scaled.</summary>
    private void FillMeans(Frame frame, double scale, int left, int top, Frame tile, float[] means)
    {
        for (var row = 0; row < _rows; row++)
        {
            var (y, yEnd) = Scale(row * tile.Height / _rows, (row + 1) * tile.Height / _rows, top, frame.Height);
            for (var column = 0; column < _columns; column++)
            {
                var (x, xEnd) = Scale(
                    column * tile.Width / _columns, (column + 1) * tile.Width / _columns, left, frame.Width);
                SumOf(frame, (x, xEnd), (y, yEnd), means.AsSpan(((row * _columns) + column) * 3, 3));
            }
        }

        (int Begin, int End) Scale(int begin, int end, int origin, int length)
        {
            var scaled = Math.Clamp((int)Math.Round((origin + begin) * scale), 0, length - 1);
            return (scaled, Math.Clamp((int)Math.Round((origin + end) * scale), scaled + 1, length));
        }
    }

    private static void SumOf(Frame frame, (int Begin, int End) across, (int Begin, int End) down, Span<float> mean)
    {
        var (red, green, blue) = (0L, 0L, 0L);
        for (var y = down.Begin; y < down.End; y++)
        {
            var line = frame.Pixels.Slice(((y * frame.Width) + across.Begin) * 3, (across.End - across.Begin) * 3);
            for (var x = 0; x < line.Length; x += 3)
            {
                (red, green, blue) = (red + line[x], green + line[x + 1], blue + line[x + 2]);
            }
        }

        float count = (across.End - across.Begin) * (down.End - down.Begin);
        (mean[0], mean[1], mean[2]) = (red / count, green / count, blue / count);
    }

    /// <summary>Adds a field, given at the cells' centres and linear between them.</summary>
    private void Add(Frame tile, float[] field)
    {
        for (var y = 0; y < tile.Height; y++)
        {
            var (row, nextRow, down) = Between(((y + 0.5f) * _rows / tile.Height) - 0.5f, _rows);
            var line = tile.Pixels.Slice(y * tile.Width * 3, tile.Width * 3);
            for (var x = 0; x < tile.Width; x++)
            {
                var (column, nextColumn, across) = Between(((x + 0.5f) * _columns / tile.Width) - 0.5f, _columns);
                var (above, below) = ((row * _columns * 3) + (column * 3), (nextRow * _columns * 3) + (column * 3));
                var next = (nextColumn - column) * 3;
                for (var channel = 0; channel < 3; channel++)
                {
                    var shift = Mix(
                        Mix(field[above + channel], field[above + next + channel], across),
                        Mix(field[below + channel], field[below + next + channel], across),
                        down);
                    ref var value = ref line[(x * 3) + channel];
                    value = (byte)Math.Clamp(MathF.Round(value + shift), 0, 255);
                }
            }
        }

        static float Mix(float from, float to, float share) => from + ((to - from) * share);
    }

    // Beyond the outermost centres it goes on as it was going: a clamped one would bend there.
    private static (int Low, int High, float Share) Between(float place, int count)
    {
        var low = Math.Clamp((int)MathF.Floor(place), 0, Math.Max(0, count - 2));
        return (low, Math.Min(low + 1, count - 1), place - low);
    }
}
