namespace EdgeRestore.Degradations;

/// <summary>
/// Smooths a map along the edges of a guide image: He, Sun and Tang, "Guided image filtering" (2010), eq. 5, 6, 8.
/// </summary>
/// <remarks>Keeps scratch buffers: one instance per thread.</remarks>
internal sealed class GuidedFilter
{
    private float[] _scratch = [];
    private double[] _columns = [];

    /// <summary>Filters in place.</summary>
    /// <param name="guide">One value a pixel, [0, 1].</param>
    /// <param name="map">One value a pixel.</param>
    /// <param name="radius">Half of the window's side, pixels.</param>
    /// <param name="epsilon">Variance of the guide below which it counts as flat.</param>
    public void Apply(ReadOnlySpan<float> guide, Span<float> map, int width, int height, int radius, float epsilon)
    {
        var length = width * height;
        if (_scratch.Length < 5 * length)
        {
            _scratch = new float[5 * length];
        }

        if (_columns.Length < width)
        {
            _columns = new double[width];
        }

        var guideMean = _scratch.AsSpan(0, length);
        var guideSquare = _scratch.AsSpan(length, length);
        var mapMean = _scratch.AsSpan(2 * length, length);
        var product = _scratch.AsSpan(3 * length, length);
        var input = _scratch.AsSpan(4 * length, length);

        // 1. Means over the window.
        BoxMean(guide, width, height, radius, guideMean);
        BoxMean(map, width, height, radius, mapMean);
        for (var index = 0; index < length; index++)
        {
            input[index] = guide[index] * guide[index];
        }

        BoxMean(input, width, height, radius, guideSquare);
        for (var index = 0; index < length; index++)
        {
            input[index] = guide[index] * map[index];
        }

        BoxMean(input, width, height, radius, product);

        // 2. Per window the line a * guide + b that fits the map best.
        for (var index = 0; index < length; index++)
        {
            var variance = MathF.Max(0.0f, guideSquare[index] - (guideMean[index] * guideMean[index]));
            var a = (product[index] - (guideMean[index] * mapMean[index])) / (variance + epsilon);
            product[index] = a;
            input[index] = mapMean[index] - (a * guideMean[index]);
        }

        // 3. The mean line of all windows that hold a pixel.
        BoxMean(product, width, height, radius, guideMean);
        BoxMean(input, width, height, radius, mapMean);
        for (var index = 0; index < length; index++)
        {
            map[index] = (guideMean[index] * guide[index]) + mapMean[index];
        }
    }

    // Running sums in double: down the columns, then along the row. Windows end at the image's edge.
    private void BoxMean(ReadOnlySpan<float> source, int width, int height, int radius, Span<float> mean)
    {
        var columns = _columns.AsSpan(0, width);
        columns.Clear();
        for (var y = 0; y < Math.Min(radius, height); y++)
        {
            AddRow(columns, source.Slice(y * width, width), 1.0);
        }

        for (var y = 0; y < height; y++)
        {
            if (y + radius < height)
            {
                AddRow(columns, source.Slice((y + radius) * width, width), 1.0);
            }

            if (y - radius - 1 >= 0)
            {
                AddRow(columns, source.Slice((y - radius - 1) * width, width), -1.0);
            }

            var rows = Math.Min(height - 1, y + radius) - Math.Max(0, y - radius) + 1;
            var target = mean.Slice(y * width, width);
            var sum = 0.0;
            for (var x = 0; x < Math.Min(radius, width); x++)
            {
                sum += columns[x];
            }

            for (var x = 0; x < width; x++)
            {
                if (x + radius < width)
                {
                    sum += columns[x + radius];
                }

                if (x - radius - 1 >= 0)
                {
                    sum -= columns[x - radius - 1];
                }

                var count = rows * (Math.Min(width - 1, x + radius) - Math.Max(0, x - radius) + 1);
                target[x] = (float)(sum / count);
            }
        }
    }

    private static void AddRow(Span<double> columns, ReadOnlySpan<float> row, double sign)
    {
        for (var x = 0; x < columns.Length; x++)
        {
            columns[x] += sign * row[x];
        }
    }
}
