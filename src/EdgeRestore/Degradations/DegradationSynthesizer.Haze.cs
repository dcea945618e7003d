namespace EdgeRestore.Degradations;

public sealed partial class DegradationSynthesizer
{
    private const float LeastTransmission = 0.1f;

    private readonly GuidedFilter _guided = new();
    private float[] _depth = [];
    private float[] _guide = [];
    private float[] _minima = [];

    private void ApplyHaze(Span<float> values, int width, int height, HazeParameters haze, Prng prng)
    {
        var depth = Reserve(ref _depth, width * height);
        BuildDepth(values, width, height, haze, ref prng, depth);
        var beta = (float)haze.Beta;
        var (red, green, blue) = ((float)haze.AirlightRed, (float)haze.AirlightGreen, (float)haze.AirlightBlue);
        for (var index = 0; index < depth.Length; index++)
        {
            var t = MathF.Max((float)ExactMath.Exp(-beta * depth[index]), LeastTransmission);
            var rgb = values.Slice(index * 3, 3);
            rgb[0] = (rgb[0] * t) + (red * (1.0f - t));
            rgb[1] = (rgb[1] * t) + (green * (1.0f - t));
            rgb[2] = (rgb[2] * t) + (blue * (1.0f - t));
        }
    }

    // depth: one value a pixel, 0 near to 1 far. Filtered along the image's own edges, or haze shows halos.
    private void BuildDepth(
        ReadOnlySpan<float> values, int width, int height, HazeParameters haze, ref Prng prng, Span<float> depth)
    {
        if (haze.Model == HazeDepthModel.Constant)
        {
            depth.Fill(1.0f);
            return;
        }

        var sceneHeight = haze.SceneHeights * height;
        if (haze.Model == HazeDepthModel.Ground)
        {
            FillGround(depth, width, height, haze);
            AddValueNoise(depth, width, height, sceneHeight / 4.0, ref prng);
        }
        else
        {
            FillDarkChannel(values, width, height, depth);
        }

        var guide = Reserve(ref _guide, width * height);
        for (var index = 0; index < guide.Length; index++)
        {
            // BT.601 luma.
            guide[index] = (0.299f * values[index * 3]) + (0.587f * values[(index * 3) + 1])
                + (0.114f * values[(index * 3) + 2]);
        }

        var radius = Math.Clamp((int)(sceneHeight / 20.0), 2, Math.Max(2, Math.Min(width, height) / 4));
        _guided.Apply(guide, depth, width, height, radius, 1e-3f);
        if (haze.Model == HazeDepthModel.DarkChannel)
        {
            StretchToUnit(depth);
        }

        foreach (ref var value in depth)
        {
            value = Math.Clamp(value, 0.0f, 1.0f);
        }
    }

    private static void FillGround(Span<float> depth, int width, int height, HazeParameters haze)
    {
        for (var y = 0; y < height; y++)
        {
            var below = (((double)y / height) - haze.Horizon) / haze.SceneHeights;
            var distance = below <= 0.0 ? 1.0 : haze.Falloff / (below + haze.Falloff);
            depth.Slice(y * width, width).Fill((float)distance);
        }
    }

    // Three octaves of value noise, together +-15 percent of the depth: trees, houses, hills.
    private static void AddValueNoise(Span<float> depth, int width, int height, double cell, ref Prng prng)
    {
        var amplitude = 0.15 * 4.0 / 7.0;
        for (var octave = 0; octave < 3; octave++, cell /= 2.0, amplitude /= 2.0)
        {
            var step = Math.Max(cell, 2.0);
            var columns = (int)(width / step) + 2;
            var rows = (int)(height / step) + 2;
            var lattice = new float[rows * columns];
            foreach (ref var value in lattice.AsSpan())
            {
                value = (float)(amplitude * ((2.0 * prng.NextDouble()) - 1.0));
            }

            for (var y = 0; y < height; y++)
            {
                var row = depth.Slice(y * width, width);
                var latticeY = (int)(y / step);
                var shareY = (float)((y / step) - latticeY);
                for (var x = 0; x < width; x++)
                {
                    var latticeX = (int)(x / step);
                    var shareX = (float)((x / step) - latticeX);
                    var index = (latticeY * columns) + latticeX;
                    var upper = lattice[index] + ((lattice[index + 1] - lattice[index]) * shareX);
                    var lower = lattice[index + columns]
                        + ((lattice[index + columns + 1] - lattice[index + columns]) * shareX);
                    row[x] *= 1.0f + upper + ((lower - upper) * shareY);
                }
            }
        }
    }

    // min over 15x15 pixels and the three channels (He, Sun and Tang 2009); windows end at the image's edge.
    private void FillDarkChannel(ReadOnlySpan<float> values, int width, int height, Span<float> depth)
    {
        const int Radius = 7;
        for (var index = 0; index < depth.Length; index++)
        {
            depth[index] = MathF.Min(values[index * 3], MathF.Min(values[(index * 3) + 1], values[(index * 3) + 2]));
        }

        var minima = Reserve(ref _minima, width * height);
        for (var y = 0; y < height; y++)
        {
            var target = minima.Slice(y * width, width);
            depth.Slice(y * width, width).CopyTo(target);
            for (var other = Math.Max(0, y - Radius); other <= Math.Min(height - 1, y + Radius); other++)
            {
                var row = depth.Slice(other * width, width);
                for (var x = 0; x < width; x++)
                {
                    target[x] = MathF.Min(target[x], row[x]);
                }
            }
        }

        for (var y = 0; y < height; y++)
        {
            var row = minima.Slice(y * width, width);
            var target = depth.Slice(y * width, width);
            for (var x = 0; x < width; x++)
            {
                var least = row[x];
                for (var other = Math.Max(0, x - Radius); other <= Math.Min(width - 1, x + Radius); other++)
                {
                    least = MathF.Min(least, row[other]);
                }

                target[x] = least;
            }
        }
    }

    // The 2nd and 98th percentile become 0 and 1; an even patch keeps most of its evenness.
    private static void StretchToUnit(Span<float> depth)
    {
        const float LeastSpan = 0.25f;
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var value in depth)
        {
            counts[(int)(Math.Clamp(value, 0.0f, 1.0f) * 255.0f)]++;
        }

        var low = Percentile(counts, depth.Length * 2 / 100) / 255.0f;
        var high = Percentile(counts, depth.Length * 98 / 100) / 255.0f;
        var middle = (low + high) / 2.0f;
        var half = MathF.Max(high - low, LeastSpan) / 2.0f;
        foreach (ref var value in depth)
        {
            value = (value - (middle - half)) / (2.0f * half);
        }
    }

    private static int Percentile(ReadOnlySpan<int> counts, int rank)
    {
        for (var value = 0; value < counts.Length; value++)
        {
            rank -= counts[value];
            if (rank < 0)
            {
                return value;
            }
        }

        return counts.Length - 1;
    }
}
