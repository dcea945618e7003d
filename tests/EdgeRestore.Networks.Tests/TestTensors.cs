using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Tests;

/// <summary>Seeded images and weights, and the comparison of results.</summary>
internal static class TestTensors
{
    /// <summary>Uniform in [0, 1].</summary>
    public static NamedTensor Image(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        foreach (ref var value in values.AsSpan())
        {
            value = random.NextSingle();
        }

        return new("image", shape, values);
    }

    /// <summary>
    /// Initial weights moved away from the zeros and ones that training starts from: a block that adds nothing would
    /// hide every mistake in it.
    /// </summary>
    public static NamedTensors Trained(RestorationNetwork network, int seed)
    {
        var random = new Random(seed);
        var weights = InitialWeights.Of(network, seed);
        foreach (var tensor in weights)
        {
            foreach (ref var value in tensor.Values.AsSpan())
            {
                value += 0.2f * (random.NextSingle() - 0.5f);
            }
        }

        return weights;
    }

    /// <summary>Uniform in [-1, 1]: what tokens and embeddings look like after a norm.</summary>
    public static NamedTensor Vectors(string name, int seed, params long[] shape) =>
        new(name, shape, [.. Image(seed, shape).Values.Select(value => 2 * value - 1)]);

    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (worst, at, sum) = (0f, 0, 0.0);
        for (var index = 0; index < expected.Length; index++)
        {
            var difference = Math.Abs(expected[index] - actual[index]);
            Assert.True(float.IsFinite(difference), $"Value {index} is {actual[index]}, expected {expected[index]}.");
            sum += difference;
            (worst, at) = difference > worst ? (difference, index) : (worst, at);
        }

        Assert.True(
            worst <= tolerance,
            $"Largest difference {worst:e2} at {at} ({expected[at]} expected, {actual[at]} found), mean "
            + $"{sum / expected.Length:e2}, allowed {tolerance:e2}.");
    }
}
