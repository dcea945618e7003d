using EdgeRestore.Networks.Weights;
using TorchSharp;

namespace EdgeRestore.Training.Tests;

/// <summary>Tensors for tests, and their comparison.</summary>
internal static class TestTensors
{
    /// <summary>Uniform in [0, 1], the same for the same shape.</summary>
    public static NamedTensor Image(params long[] shape)
    {
        var random = new Random(7);
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = random.NextSingle();
        }

        return new NamedTensor("image", shape, values);
    }

    public static torch.Tensor ToTorch(NamedTensor tensor) => torch.tensor(tensor.Values, tensor.Shape);

    public static float[] ToArray(torch.Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    public static double MaxDifference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (left, right) => Math.Abs((double)left - right)).Max();
    }
}
