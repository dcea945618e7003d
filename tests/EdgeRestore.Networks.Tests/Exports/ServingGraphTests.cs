using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class ServingGraphTests
{
    private static readonly StaticEdgeNetwork Network = new(EdgeNetworkConfig.ExtraSmall);

    [Theory]
    [InlineData(1, 41, 67)]
    [InlineData(2, 16, 24)]
    [InlineData(1, 8, 9)]
    public void Restored_AnySize_IsTheFloatOutputClampedAndRounded(int batch, int height, int width)
    {
        var weights = TestTensors.Trained(Network, seed: 4);
        var frame = Frame(batch, height, width);
        using var floats = new OnnxRun(RestorationExport.ToFloat(Network, weights));
        using var bytes = new OnnxRun(RestorationExport.ToServing(Network, weights));

        var restored = Serve(bytes, frame, batch, height, width, strength: 1);
        var image = Planes(frame, batch, height * width);
        var output = floats.Restore(new("image", [batch, 3, height, width], image)).Values;

        Assert.Equal(frame.Length, restored.Frame.Length);
        Assert.Equal(new long[batch], restored.Nonfinite);
        var plane = height * width;
        for (var index = 0; index < frame.Length; index++)
        {
            var (n, pixel, channel) = (index / (3 * plane), index / 3 % plane, index % 3);
            var value = 255.0 * Math.Clamp(output[(n * 3 + channel) * plane + pixel], 0, 1);

            // The two graphs add the residual in another order: at a tie either neighbour is right.
            var found = restored.Frame[index];
            Assert.True(Math.Abs(found - value) <= 0.501, $"{found} for {value} at {index}");
        }

        for (var n = 0; n < batch; n++)
        {
            var part = output.AsSpan(n * 3 * plane, 3 * plane).ToArray();
            Assert.Equal(part.Min(), restored.Range[2 * n], 1e-5f);
            Assert.Equal(part.Max(), restored.Range[2 * n + 1], 1e-5f);
        }
    }

    [Fact]
    public void Restored_StrengthZero_IsTheFrameItself()
    {
        var frame = Frame(1, 17, 23);
        using var run = new OnnxRun(RestorationExport.ToServing(Network, TestTensors.Trained(Network, seed: 4)));

        Assert.Equal(frame, Serve(run, frame, 1, 17, 23, strength: 0).Frame);
    }

    [Fact]
    public void Nonfinite_NetworkThatDiverged_IsCountedPerImage()
    {
        var weights = TestTensors.Trained(Network, seed: 4);
        weights["ending.bias"].Values[0] = float.NaN;
        using var run = new OnnxRun(RestorationExport.ToServing(Network, weights));

        var served = Serve(run, Frame(2, 16, 16), 2, 16, 16, strength: 1);

        // Channel 0 of the ending is one pixel in four of the red plane.
        Assert.Equal([64, 64], served.Nonfinite);
    }

    [Fact]
    public void ToServing_AnySize_ComputesNoNormForItsShapeAlone()
    {
        var file = RestorationExport.ToServing(Network, TestTensors.Trained(Network, seed: 4));

        // Where all norms are read by 1x1 convolutions, each is written once, as products.
        Assert.DoesNotContain(file.Graph.Nodes, node => node.OpType == "LayerNormalization");
    }

    [Fact]
    public void ToBytes_Twice_GivesTheSameBytesAndTheNamesOfTheWeights()
    {
        var weights = TestTensors.Trained(Network, seed: 4);
        var first = RestorationExport.ToServing(Network, weights).ToBytes();

        Assert.Equal(first, RestorationExport.ToServing(Network, weights).ToBytes());
        var names = OnnxFile.Parse(first, "test").Graph.Initializers.Select(tensor => tensor.Name).ToHashSet();
        Assert.Contains("middle_blks.0.attn.project_out.weight", names);
        Assert.Contains("skips.0.fold.weight", names);
    }

    private static (byte[] Frame, long[] Nonfinite, float[] Range) Serve(
        OnnxRun run, byte[] frame, int batch, int height, int width, float strength)
    {
        return (Get<byte>("restored"), Get<long>("nonfinite"), Get<float>("range"));

        T[] Get<T>(string output)
            where T : unmanaged => run.Run<T>(
                [output],
                ("frame", OrtValue.CreateTensorValueFromMemory(frame, [batch, height, width, 3])),
                ("strength", OrtValue.CreateTensorValueFromMemory([strength], [1])))[output].Values;
    }

    private static byte[] Frame(int batch, int height, int width)
    {
        var frame = new byte[batch * height * width * 3];
        new Random(6).NextBytes(frame);
        return frame;
    }

    private static float[] Planes(byte[] frame, int batch, int plane)
    {
        var values = new float[frame.Length];
        for (var index = 0; index < frame.Length; index++)
        {
            values[(index / (3 * plane) * 3 + index % 3) * plane + index / 3 % plane] = frame[index] / 255f;
        }

        return values;
    }
}
