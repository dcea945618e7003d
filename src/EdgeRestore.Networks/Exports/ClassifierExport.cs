using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Exports;

/// <summary>The degradation classifier as an ONNX file.</summary>
public static class ClassifierExport
{
    /// <summary>The graph that serves.</summary>
    /// <remarks>
    /// What the network sees of a frame, uint8 (N, side, side, 3) each -> probabilities float (N, degradations) and
    /// embedding float (N, D), of length 1 or, of the published DPGNet, of any length.
    /// </remarks>
    public static OnnxFile ToServing(ClassifierNetwork network, NamedTensors weights)
    {
        var builder = new GraphBuilder(network.Preset);
        OnnxTensor[] images = [.. network.Images.Select(image => FromBytes(builder, image.Name, image.Side))];
        var reading = new OnnxReading(builder, weights);

        var (embedding, logits) = network.Classify(reading, images);
        Outputs(builder, reading, embedding, logits);
        return new(builder.Graph);
    }

    private static OnnxTensor FromBytes(GraphBuilder builder, string name, int side)
    {
        var bytes = builder.Input(name, ElementType.UInt8, "batch", side, side, 3);
        return OnnxReading.Value(ImageGraph.FromBytes(builder, bytes), 1, 3, side, side);
    }

    private static void Outputs(GraphBuilder builder, OnnxReading reading, OnnxTensor embedding, OnnxTensor logits)
    {
        var probabilities = reading.Softmax(logits, axis: 1);
        builder.Output(
            reading.NameOf(probabilities), "probabilities", ElementType.Float, "batch", logits.Shape.Sizes[1]);
        builder.Output(
            reading.NameOf(embedding), "embedding", ElementType.Float, "batch", embedding.Shape.Sizes[1]);
    }
}
