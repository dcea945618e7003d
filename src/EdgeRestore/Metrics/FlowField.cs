namespace EdgeRestore.Metrics;

/// <summary>Where each pixel of a frame lies in the next one: at (x + X, y + Y), in pixels.</summary>
public sealed class FlowField
{
    // Sundaram, Brox, Keutzer 2010, as the warping error's authors take them (Lai et al. 2018, flow_utils.py).
    private const double ConsistencyShare = 0.01;
    private const double ConsistencyFloor = 0.5;
    private const double BoundaryShare = 0.01;
    private const double BoundaryFloor = 0.002;

    /// <summary>No motion, every pixel valid.</summary>
    public FlowField(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        (Width, Height) = (width, height);
        X = new float[width * height];
        Y = new float[width * height];
        IsValid = new bool[width * height];
        IsValid.AsSpan().Fill(true);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Row by row.</summary>
    public float[] X { get; }

    /// <summary>Row by row, downwards.</summary>
    public float[] Y { get; }

    /// <summary>Whether the pixel is seen in both frames, and its motion known.</summary>
    public bool[] IsValid { get; }

    /// <summary>Part of the pixels that are valid, 0 to 1.</summary>
    public double ValidShare => IsValid.Count(valid => valid) / (double)IsValid.Length;

    /// <summary>The whole frame moves alike: what a panning camera sees of a far scene.</summary>
    public static FlowField Uniform(int width, int height, float x, float y)
    {
        var flow = new FlowField(width, height);
        flow.X.AsSpan().Fill(x);
        flow.Y.AsSpan().Fill(y);
        return flow;
    }

    /// <summary>
    /// Marks as not valid what is hidden in the next frame, by the flow back not leading back, and what lies at the
    /// edge of a motion.
    /// </summary>
    /// <param name="backward">From the next frame to this one.</param>
    public void Restrict(FlowField backward)
    {
        ArgumentNullException.ThrowIfNull(backward);
        if (backward.Width != Width || backward.Height != Height)
        {
            throw new ArgumentException(
                $"Flows are {Width}x{Height} and {backward.Width}x{backward.Height}: they must be equal.",
                nameof(backward));
        }

        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                IsValid[(y * Width) + x] &= IsConsistent(backward, x, y) && !IsBoundary(x, y);
            }
        }
    }

    private bool IsConsistent(FlowField backward, int x, int y)
    {
        var index = (y * Width) + x;
        var (forwardX, forwardY) = (X[index], Y[index]);
        var place = new BilinearPlace(x + forwardX, y + forwardY, Width, Height);
        if (!place.IsInside)
        {
            return false;
        }

        var (backX, backY) = (place.Sample(backward.X), place.Sample(backward.Y));
        return Square(forwardX + backX, forwardY + backY)
            <= (ConsistencyShare * (Square(forwardX, forwardY) + Square(backX, backY))) + ConsistencyFloor;
    }

    private bool IsBoundary(int x, int y)
    {
        // Forward differences; the last row and column take those before them.
        var (left, top) = (Math.Min(x, Width - 2), Math.Min(y, Height - 2));
        var (across, down) = ((y * Width) + left, (top * Width) + x);
        var gradient = Width < 2 || Height < 2
            ? 0
            : Square(X[across + 1] - X[across], X[down + Width] - X[down])
                + Square(Y[across + 1] - Y[across], Y[down + Width] - Y[down]);
        var index = (y * Width) + x;
        return gradient > (BoundaryShare * Square(X[index], Y[index])) + BoundaryFloor;
    }

    private static double Square(double x, double y) => (x * x) + (y * y);
}

/// <summary>A place between pixels, and the weights of the four around it.</summary>
internal readonly struct BilinearPlace
{
    private readonly int _index;
    private readonly int _right;
    private readonly int _down;
    private readonly float _x;
    private readonly float _y;

    public BilinearPlace(float x, float y, int width, int height)
    {
        IsInside = x >= 0 && y >= 0 && x <= width - 1 && y <= height - 1;
        var (left, top) = IsInside ? ((int)x, (int)y) : (0, 0);
        _index = (top * width) + left;
        _right = left + 1 < width ? 1 : 0;
        _down = top + 1 < height ? width : 0;
        (_x, _y) = (x - left, y - top);
    }

    public bool IsInside { get; }

    public float Sample(float[] values) => Mix(
        values[_index], values[_index + _right], values[_index + _down], values[_index + _down + _right]);

    /// <summary>One channel of interleaved pixels of three bytes.</summary>
    public float Sample(ReadOnlySpan<byte> pixels, int channel) => Mix(
        pixels[(_index * 3) + channel],
        pixels[((_index + _right) * 3) + channel],
        pixels[((_index + _down) * 3) + channel],
        pixels[((_index + _down + _right) * 3) + channel]);

    private float Mix(float first, float right, float down, float last)
    {
        var (upper, lower) = (first + (_x * (right - first)), down + (_x * (last - down)));
        return upper + (_y * (lower - upper));
    }
}
