using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Exports;

/// <summary>CLIP's vision transformer as an ONNX file.</summary>
public static class SemanticEncoderExport
{
    /// <summary>pixels float (1, 3, side, side), standardised -> last_hidden_state float (1, T, D).</summary>
    public static OnnxFile ToTokens(ClipVision network, NamedTensors weights)
    {
        var side = network.Config.Side;
        var builder = new GraphBuilder("clip-vision");
        var pixels = OnnxReading.Value(
            builder.Input("pixels", ElementType.Float, 1, 3, side, side), 1, 3, side, side);
        var reading = new OnnxReading(builder, weights);

        var tokens = network.Encode(reading, pixels);

        builder.Output(
            reading.NameOf(tokens),
            "last_hidden_state",
            ElementType.Float,
            1,
            network.TokenCount,
            network.Config.Width);
        return new(builder.Graph);
    }
}
