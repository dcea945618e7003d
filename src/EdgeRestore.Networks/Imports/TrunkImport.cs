using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Imports;

/// <summary>
/// The published DPGNet's weights out of a checkpoint: torchvision's ResNet-18 for its trunk, or OneRestore's embedder
/// for all of it.
/// </summary>
public sealed class TrunkImport
{
    private const string Trunk = "feat_extractor.";

    // What training code wraps around a network.
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "backbone.", "model.", "net."];

    private TrunkImport(NamedTensors weights, string summary)
    {
        Weights = weights;
        Summary = summary;
    }

    public NamedTensors Weights { get; }

    /// <summary>What was taken and what was left, for a person to read.</summary>
    public string Summary { get; }

    /// <summary>Puts what a checkpoint holds into fresh weights; the trunk must be there whole.</summary>
    /// <param name="file">Read as data.</param>
    /// <param name="network">Whose weights they become.</param>
    /// <param name="fresh">As drawn; what the file lacks behind the trunk keeps these values.</param>
    /// <exception cref="EdgeRestoreException">The trunk is not there, or of other sizes.</exception>
    public static TrunkImport Read(CheckpointFile file, DpgResNet network, NamedTensors fresh)
    {
        var set = file.Choose();
        var found = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (var (name, tensor) in set.Tensors)
        {
            found.TryAdd(OurName(name), tensor);
        }

        var weights = new NamedTensors();
        List<string> problems = [];
        var (taken, drawn) = (0, new List<string>());
        foreach (var parameter in ShapeReading.Of(network).Parameters)
        {
            var isThere = found.TryGetValue(parameter.Name, out var tensor);
            if (isThere && tensor!.Shape.AsSpan().SequenceEqual(parameter.Shape))
            {
                var values = file.Read(tensor);
                if (!Array.TrueForAll(values, float.IsFinite))
                {
                    problems.Add($"{parameter.Name} has values that are NaN or infinite");
                }

                weights.Add(new(parameter.Name, parameter.Shape, values));
                taken++;
                continue;
            }

            if (parameter.Name.StartsWith(Trunk, StringComparison.Ordinal))
            {
                problems.Add(
                    $"{parameter.Name} {(isThere ? $"is {Text(tensor!.Shape)}" : "is missing")}, needed "
                    + Text(parameter.Shape));
            }

            drawn.Add(parameter.Name);
            weights.Add(fresh[parameter.Name]);
        }

        return problems.Count == 0
            ? new(
                weights,
                $"{taken} of {weights.Count} tensors taken from {file.Format}"
                + (drawn.Count > 0 ? $", drawn anew: {string.Join(", ", drawn)}" : "")
                + $"; {set.Tensors.Count - taken} of the file left behind")
            : throw file.Unusable(
                $"it does not hold the trunk of {network.Preset}: {string.Join("; ", problems.Take(10))}"
                + (problems.Count > 10 ? $" and {problems.Count - 10} more" : ""),
                "Give torchvision's resnet18 or OneRestore's embedder, and the configuration that it was trained "
                    + "with.");
    }

    /// <summary>torchvision's names to those of OneRestore, which keeps the layers in blocks.</summary>
    internal static string OurName(string name)
    {
        while (Wrappers.FirstOrDefault(wrapper => name.StartsWith(wrapper, StringComparison.Ordinal)) is { } prefix)
        {
            name = name[prefix.Length..];
        }

        return name switch
        {
            _ when name.StartsWith("conv1.", StringComparison.Ordinal) => $"{Trunk}block0.0.{name["conv1.".Length..]}",
            _ when name.StartsWith("bn1.", StringComparison.Ordinal) => $"{Trunk}block0.1.{name["bn1.".Length..]}",
            _ when name.StartsWith("layer", StringComparison.Ordinal) => $"{Trunk}block{name["layer".Length..]}",
            _ => name,
        };
    }

    private static string Text(long[] shape) => $"({string.Join(", ", shape)})";
}
