namespace EdgeRestore.Networks.Weights;

/// <summary>A restoration network with its weights: what an import gives, and what export and training take.</summary>
/// <remarks>On disk it is a safetensors file whose metadata hold the network's family and configuration.</remarks>
public sealed record NetworkWeights(RestorationNetwork Network, NamedTensors Weights)
{
    private const string Format = "edgerestore-weights-1";

    /// <exception cref="EdgeRestoreException">The file is not there, or not what it should be.</exception>
    public static NetworkWeights Read(string path) => Of(NamedTensors.Read(path), path);

    /// <summary>The network of weights by their metadata.</summary>
    /// <exception cref="EdgeRestoreException">The metadata do not say which network it is.</exception>
    public static NetworkWeights Of(NamedTensors weights, string path)
    {
        var metadata = weights.Metadata;
        return metadata.GetValueOrDefault("format") == Format
            && metadata.TryGetValue("family", out var family) && metadata.TryGetValue("config", out var config)
            ? new(NetworkConfigJson.ParseNetwork(family, config), weights)
            : throw new EdgeRestoreException(
                $"'{path}' does not say which network its weights are of: its format is "
                + $"'{metadata.GetValueOrDefault("format", "not given")}', needed is '{Format}' with family and config."
                + " Make such a file with: import FILE --out WEIGHTS.safetensors.");
    }

    /// <summary>Writes the file; the same weights and metadata give the same bytes.</summary>
    public void Write(string path)
    {
        Weights.Metadata["format"] = Format;
        Weights.Metadata["family"] = Network.Family;
        Weights.Metadata["config"] = Network.ToConfigJson();
        Weights.Write(path);
    }
}
