using System.Text.Json;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// The graphs of a package's routes: one per degradation where the network takes the degradation, else one for all.
/// </summary>
internal static class RouteGraphs
{
    private const string OneFile = "network.onnx";
    private const string EncoderFile = "encoder.onnx";

    /// <summary>Builds the graphs, their weights in a file that they share, and takes the encoder in.</summary>
    /// <param name="encoderPath">The ONNX file that gives tokens, where the network takes them; else none.</param>
    /// <returns>The routes without what was measured, and the files.</returns>
    /// <exception cref="EdgeRestoreException">The network takes what no route of a package gives.</exception>
    public static (IReadOnlyList<PackageRoute> Routes, IReadOnlyList<PackageContent> Contents) Build(
        RestorationNetwork network, NamedTensors weights, ExternalData shared, string? encoderPath)
    {
        var takesDegradation = network.Prompt == PromptDefinition.Degradation;
        var takesTokens = network.Prompt?.Name == PromptDefinition.TokensName;
        if (takesTokens != encoderPath is not null)
        {
            throw new EdgeRestoreException(takesTokens
                ? $"The network '{network.Preset}' takes {network.Prompt!.Meaning}. Give the encoder that makes them: "
                    + "--encoder clip-vision.onnx."
                : $"The network '{network.Preset}' takes no tokens, so it needs no encoder. Leave --encoder out.");
        }

        if (network.Prompt is { } prompt && !takesDegradation && !takesTokens)
        {
            throw new EdgeRestoreException(
                $"The network '{network.Preset}' takes {prompt.Meaning} besides the frame, which no route of a package "
                + "gives. Allowed are networks that take the frame alone, such as symunet, or a degradation, such as "
                + "csnet and edge-s.");
        }

        List<PackageRoute> routes = [];
        List<PackageContent> contents = [];
        foreach (var degradation in DegradationNames.All.Where(degradation => degradation != Degradation.Clear))
        {
            var (subnetwork, own) = network.Specialise(weights, degradation);
            var file = takesDegradation ? degradation.ToFileName() + ".onnx" : OneFile;
            if (takesDegradation || contents.Count == 0)
            {
                contents.Add(PackageContent.FromBytes(
                    file, RestorationExport.ToServing(subnetwork, own).ToBytes(shared)));
            }

            var cost = NetworkCost.Of(subnetwork);
            routes.Add(new()
            {
                Degradation = degradation,
                File = file,
                Precision = "fp32",
                Parameters = cost.Parameters,
                MacsPerPixel = cost.MacsPerPixel,
            });
        }

        if (encoderPath is not null)
        {
            contents.Add(PackageContent.FromFile(EncoderFile, encoderPath));
        }

        return (routes, contents);
    }

    /// <summary>What a manifest says of the network as a whole.</summary>
    public static PackageNetwork Describe(RestorationNetwork network) => new()
    {
        Family = network.Family,
        Preset = network.Preset,
        Parameters = NetworkCost.Of(network).Parameters,
        SizeMultiple = network.SizeMultiple,
        MinSidePixels = network.MinSidePixels,
        Semantic = network is SeSymUNet semantic
            ? new()
            {
                File = EncoderFile,
                TokenSize = semantic.Config.SemanticSize,
                PositionalEmbedding = JsonNamingPolicy.CamelCase.ConvertName($"{semantic.Config.PositionalEmbedding}"),
            }
            : null,
    };
}
