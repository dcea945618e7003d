using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Exports;

/// <summary>The degradation classifier as an ONNX file.</summary>
public static class ClassifierExport
{
    /// <summary>The graph that serves.</summary>
    /// <remarks>
    /// thumbnail uint8 (N, 128, 128, 3) and crops uint8 (N, 192, 192, 3) -> probabilities float (N, degradations) and
    /// embedding float (N, D) of length 1.
    /// </remarks>
    public static OnnxFile ToServing(DpgNet network, NamedTensors weights)
    {
        var builder = new GraphBuilder(network.Config.Preset);
        var thumbnail = Image("thumbnail", DpgNet.ThumbnailSide);
        var crops = Image("crops", DpgNet.CropsSide);
        var reading = new OnnxReading(builder, weights);

        var (embedding, logits) = network.Classify(reading, thumbnail, crops);
        Outputs(builder, reading, embedding, logits);
        return new(builder.Graph);

        OnnxTensor Image(string name, int side) => FromBytes(builder, name, side);
    }

    /// <summary>The published DPGNet, whose embedding is the visual prompt of a selecting network.</summary>
    /// <remarks>
    /// image uint8 (N, side, side, 3) -> probabilities float (N, degradations) and embedding float (N, D) of any
    /// length.
    /// </remarks>
    public static OnnxFile ToServing(DpgResNet network, NamedTensors weights)
    {
        var builder = new GraphBuilder(network.Config.Preset);
        var image = FromBytes(builder, "image", network.Config.Side);
        var reading = new OnnxReading(builder, weights);

        var (embedding, logits) = network.Classify(reading, image);
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
