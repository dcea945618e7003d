using EdgeRestore.Degradations;

namespace EdgeRestore.Networks;

/// <summary>The distribution that a parameter is drawn from before training.</summary>
public abstract class Initialization
{
    public static Initialization Zeros { get; } = new Constant(0);

    public static Initialization Ones { get; } = new Constant(1);

    /// <summary>The same value everywhere.</summary>
    public static Initialization All(double value) => new Constant((float)value);

    /// <summary>
    /// U(-1/sqrt(fanIn), 1/sqrt(fanIn)): PyTorch's default for weights and biases of convolutions and linear layers.
    /// </summary>
    public static Initialization FanIn(long fanIn) => new Uniform(1 / Math.Sqrt(fanIn));

    /// <summary>N(0, deviation).</summary>
    public static Initialization Gaussian(double deviation) => new Normal(deviation);

    /// <summary>
    /// One row per degradation but Clear, drawn from N(0, deviation); a pair's row is the mean of its constituents'
    /// rows, so that a pair starts out with the channels of both.
    /// </summary>
    public static Initialization DegradationRows(double deviation) => new Rows(deviation);

    /// <summary>Draws all values of a parameter of this shape, row-major.</summary>
    public abstract void Fill(Span<float> values, ReadOnlySpan<long> shape, Random random);

    private static float NextGaussian(Random random, double deviation)
    {
        // Box-Muller; 1 - u keeps the logarithm finite.
        var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        return (float)(deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble()));
    }

    private sealed class Constant(float value) : Initialization
    {
        public override void Fill(Span<float> values, ReadOnlySpan<long> shape, Random random) => values.Fill(value);
    }

    private sealed class Uniform(double bound) : Initialization
    {
        public override void Fill(Span<float> values, ReadOnlySpan<long> shape, Random random)
        {
            foreach (ref var value in values)
            {
                value = (float)((2 * random.NextDouble() - 1) * bound);
            }
        }
    }

    private sealed class Normal(double deviation) : Initialization
    {
        public override void Fill(Span<float> values, ReadOnlySpan<long> shape, Random random)
        {
            foreach (ref var value in values)
            {
                value = NextGaussian(random, deviation);
            }
        }
    }

    private sealed class Rows(double deviation) : Initialization
    {
        public override void Fill(Span<float> values, ReadOnlySpan<long> shape, Random random)
        {
            var width = (int)shape[1];
            new Normal(deviation).Fill(values, shape, random);
            foreach (var degradation in DegradationNames.All)
            {
                var constituents = degradation.Constituents();
                if (constituents.Length == 1)
                {
                    continue;
                }

                var row = values.Slice(DegradationRow.Of(degradation) * width, width);
                row.Clear();
                foreach (var constituent in constituents)
                {
                    var source = values.Slice(DegradationRow.Of(constituent) * width, width);
                    for (var index = 0; index < width; index++)
                    {
                        row[index] += source[index] / constituents.Length;
                    }
                }
            }
        }
    }
}
