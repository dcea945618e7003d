using EdgeRestore.Networks.Readings;

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
            ? new(Checked(NetworkConfigJson.ParseNetwork(family, config), weights, path), weights)
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

    private static RestorationNetwork Checked(RestorationNetwork network, NamedTensors weights, string path)
    {
        try
        {
            var check = new WeightCheck(weights);
            network.Restore(
                check,
                ShapeReading.Input(1, 3, network.SizeMultiple, network.SizeMultiple),
                network.Prompt?.Representative);
            return check.Parameters.Count == weights.Count
                ? network
                : throw new EdgeRestoreException(
                    $"'{path}' has {weights.Count} tensors, its network takes {check.Parameters.Count} of them. "
                    + "Weights and network configuration must come from the same training.");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException
            or ArithmeticException or IndexOutOfRangeException)
        {
            throw new EdgeRestoreException(
                $"The configuration in '{path}' makes no network: {error.Message} Import or train its weights again.",
                error);
        }
    }

    // Fails at the first parameter that is not there: a configuration of a billion blocks costs no more than the file.
    private sealed class WeightCheck(NamedTensors weights) : ShapeReading
    {
        public override ShapeValue Parameter(string name, long[] shape, Initialization initialization)
        {
            var found = weights[name].Shape;
            return found.AsSpan().SequenceEqual(shape)
                ? base.Parameter(name, shape, initialization)
                : throw new EdgeRestoreException(
                    $"Weight '{name}' has shape ({string.Join(", ", found)}), the network needs "
                    + $"({string.Join(", ", shape)}). Weights and network configuration must come from the same "
                    + "training.");
        }
    }
}
