namespace EdgeRestore.Metrics;

/// <summary>One vector per block of a frame.</summary>
internal sealed class BlockVectors(int columns, int rows)
{
    private readonly (float X, float Y)[] _vectors = new (float X, float Y)[columns * rows];

    public int Columns => columns;

    public int Rows => rows;

    public (float X, float Y) this[int column, int row]
    {
        get => _vectors[(row * columns) + column];
        set => _vectors[(row * columns) + column] = value;
    }

    /// <summary>The nearest block's where there is none.</summary>
    public (float X, float Y) Clamped(int column, int row) =>
        this[Math.Clamp(column, 0, columns - 1), Math.Clamp(row, 0, rows - 1)];

    /// <summary>Each the median of itself and its eight neighbours, X and Y apart.</summary>
    public BlockVectors Median()
    {
        var result = new BlockVectors(columns, rows);
        Span<float> x = stackalloc float[9];
        Span<float> y = stackalloc float[9];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                for (var index = 0; index < 9; index++)
                {
                    (x[index], y[index]) = Clamped(column + (index % 3) - 1, row + (index / 3) - 1);
                }

                x.Sort();
                y.Sort();
                result[column, row] = (x[4], y[4]);
            }
        }

        return result;
    }

    /// <summary>A vector per pixel, linear between the centres of blocks.</summary>
    public FlowField ToFlow(int width, int height, int step)
    {
        var flow = new FlowField(width, height);
        for (var y = 0; y < height; y++)
        {
            var (row, down) = Place(y, step);
            for (var x = 0; x < width; x++)
            {
                var (column, across) = Place(x, step);
                var upper = Mix(Clamped(column, row), Clamped(column + 1, row), across);
                var lower = Mix(Clamped(column, row + 1), Clamped(column + 1, row + 1), across);
                (flow.X[(y * width) + x], flow.Y[(y * width) + x]) = Mix(upper, lower, down);
            }
        }

        return flow;
    }

    private static (int Index, float Fraction) Place(int pixel, int step)
    {
        var place = (pixel + 0.5f - (step / 2.0f)) / step;
        var index = (int)MathF.Floor(place);
        return (index, place - index);
    }

    private static (float X, float Y) Mix((float X, float Y) first, (float X, float Y) second, float fraction) =>
        (first.X + (fraction * (second.X - first.X)), first.Y + (fraction * (second.Y - first.Y)));
}
