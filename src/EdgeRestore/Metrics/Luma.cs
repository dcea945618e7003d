using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>Brightness of a frame, 0 to 255, with its edge repeated outside.</summary>
internal sealed class Luma(int width, int height)
{
    private readonly float[] _values = new float[width * height];

    public int Width => width;

    public int Height => height;

    /// <summary>BT.601's weights over RGB as it is.</summary>
    public static Luma Of(Frame frame)
    {
        var luma = new Luma(frame.Width, frame.Height);
        var pixels = frame.Pixels;
        for (var index = 0; index < luma._values.Length; index++)
        {
            var pixel = pixels.Slice(index * 3, 3);
            luma._values[index] = (0.299f * pixel[0]) + (0.587f * pixel[1]) + (0.114f * pixel[2]);
        }

        return luma;
    }

    public float At(int x, int y) =>
        _values[(Math.Clamp(y, 0, height - 1) * width) + Math.Clamp(x, 0, width - 1)];

    public float Between(float x, float y)
    {
        var (left, top) = ((int)MathF.Floor(x), (int)MathF.Floor(y));
        var (across, down) = (x - left, y - top);
        var upper = At(left, top) + (across * (At(left + 1, top) - At(left, top)));
        var lower = At(left, top + 1) + (across * (At(left + 1, top + 1) - At(left, top + 1)));
        return upper + (down * (lower - upper));
    }

    /// <summary>With weights of 1, 2, 1 both ways.</summary>
    public Luma Smoothed() => Map(width, height, (x, y) =>
        ((4 * At(x, y)) + (2 * (At(x - 1, y) + At(x + 1, y) + At(x, y - 1) + At(x, y + 1)))
            + At(x - 1, y - 1) + At(x + 1, y - 1) + At(x - 1, y + 1) + At(x + 1, y + 1)) / 16);

    /// <summary>Half the size, means of four.</summary>
    public Luma Halved() => Map((width + 1) / 2, (height + 1) / 2, (x, y) =>
        (At(2 * x, 2 * y) + At((2 * x) + 1, 2 * y) + At(2 * x, (2 * y) + 1) + At((2 * x) + 1, (2 * y) + 1)) / 4);

    /// <summary>
    /// Standard deviation of the noise, 0 to 255 (Immerkaer 1996): what a mask blind to slopes and curves answers to.
    /// </summary>
    public double NoiseSigma()
    {
        if (width < 3 || height < 3)
        {
            return 0;
        }

        var sum = 0.0;
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                sum += Math.Abs(
                    At(x - 1, y - 1) + At(x + 1, y - 1) + At(x - 1, y + 1) + At(x + 1, y + 1)
                    - (2 * (At(x, y - 1) + At(x - 1, y) + At(x + 1, y) + At(x, y + 1))) + (4 * At(x, y)));
            }
        }

        return sum * Math.Sqrt(Math.PI / 2) / 6 / ((width - 2) * (height - 2));
    }

    private static Luma Map(int width, int height, Func<int, int, float> value)
    {
        var result = new Luma(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                result._values[(y * width) + x] = value(x, y);
            }
        }

        return result;
    }
}
