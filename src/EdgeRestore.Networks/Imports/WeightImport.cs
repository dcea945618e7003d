using EdgeRestore.Networks.Readings;
using EdgeRestore.Networks.Weights;

namespace EdgeRestore.Networks.Imports;

/// <summary>The tensors of a checkpoint under the names of one of our networks, checked against each other.</summary>
public sealed class WeightImport
{
    // What training code wraps around a network: DataParallel, torch.compile, Lightning's attribute.
    private static readonly string[] Wrappers = ["module.", "_orig_mod.", "net.", "network.", "model."];

    // Published SE-SymUNet checkpoints carry the frozen semantic encoder, and on a CPU the noise that is drawn anew at
    // every start: neither is a parameter.
    private const string SemanticEncoder = "clip_model.";
    private const string SemanticNoise = ".pos_embed";

    private const int ListedMax = 400;
    private const int MaxNameLength = 500;

    private readonly CheckpointFile file;
    private readonly Dictionary<string, StoredTensor> tensors = new(StringComparer.Ordinal);

    private WeightImport(CheckpointFile file, TensorSet set)
    {
        this.file = file;
        Set = set;
    }

    public TensorSet Set { get; }

    /// <summary>The network that the tensors are of.</summary>
    public RestorationNetwork Network { get; private set; } = null!;

    /// <summary>Prefixes that were taken off, such as <c>module.</c>.</summary>
    public SortedSet<string> RemovedPrefixes { get; } = new(StringComparer.Ordinal);

    /// <summary>Tensors that belong to no parameter and are known to be of no use.</summary>
    public IReadOnlyList<string> PassedOver { get; private set; } = [];

    /// <summary>Matches a checkpoint with a network.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <param name="setName">The set to take; none for the most likely one.</param>
    /// <param name="network">What the tensors should be of; none to find the network by names and shapes.</param>
    /// <exception cref="EdgeRestoreException">
    /// Names or shapes differ, and the message lists all of them; or no network is known that has such names.
    /// </exception>
    public static WeightImport Match(
        CheckpointFile file, string? setName = null, RestorationNetwork? network = null)
    {
        var import = new WeightImport(file, file.Choose(setName));
        import.Unwrap();
        var shapes = import.tensors.ToDictionary(
            item => item.Key, item => item.Value.Shape, StringComparer.Ordinal);
        import.Network = network ?? new NetworkSizes(shapes).Find() ?? throw import.Unknown();
        import.Compare();
        return import;
    }

    /// <summary>Reads the values, in the order in which the network asks for them.</summary>
    /// <exception cref="EdgeRestoreException">They are damaged, or not all finite.</exception>
    public NetworkWeights Read()
    {
        var weights = new NamedTensors();
        List<string> broken = [];
        foreach (var parameter in ShapeReading.Of(Network).Parameters)
        {
            var values = file.Read(tensors[parameter.Name]);
            var count = values.Count(value => !float.IsFinite(value));
            if (count > 0)
            {
                broken.Add($"{parameter.Name} ({count} of {values.Length})");
            }

            weights.Add(new(parameter.Name, parameter.Shape, values));
        }

        return broken.Count == 0
            ? new(Network, weights)
            : throw file.Unusable(
                $"it has values that are NaN or too large for float32 in {broken.Count} of {weights.Count} tensors: "
                + string.Join(", ", broken.Take(ListedMax)),
                "Its training diverged: take an earlier checkpoint.");
    }

    private void Unwrap()
    {
        foreach (var (name, tensor) in Set.Tensors)
        {
            if (name.Length > MaxNameLength)
            {
                throw file.Unusable(
                    $"it has a tensor '{name.Shown()}' whose name has {name.Length} characters (at most "
                        + $"{MaxNameLength})",
                    CheckpointSource.Damaged);
            }

            var bare = name;
            while (Wrappers.FirstOrDefault(wrapper => bare.StartsWith(wrapper, StringComparison.Ordinal)) is { } prefix)
            {
                bare = bare[prefix.Length..];
                RemovedPrefixes.Add(prefix);
            }

            if (!tensors.TryAdd(bare, tensor))
            {
                throw file.Unusable(
                    $"it has '{bare.Shown()}' twice, with and without a prefix ({string.Join(", ", Wrappers)})",
                    CheckpointSource.SaveAgain);
            }
        }
    }

    private void Compare()
    {
        var asked = ShapeReading.Of(Network).Parameters.ToDictionary(
            parameter => parameter.Name, parameter => parameter.Shape, StringComparer.Ordinal);
        var missing = asked.Where(parameter => !tensors.ContainsKey(parameter.Key))
            .Select(parameter => $"{parameter.Key} {Text(parameter.Value)}").ToList();
        var others = tensors.Keys.Where(name => !asked.ContainsKey(name)).ToLookup(IsOfNoUse);
        var extra = others[false].Select(name => $"{name.Shown()} {Text(tensors[name].Shape)}").ToList();
        var misshapen = asked
            .Where(parameter => tensors.TryGetValue(parameter.Key, out var tensor)
                && !tensor.Shape.AsSpan().SequenceEqual(parameter.Value))
            .Select(parameter =>
                $"{parameter.Key} is {Text(tensors[parameter.Key].Shape)}, needed {Text(parameter.Value)}")
            .ToList();
        PassedOver = [.. others[true]];
        if (missing.Count + extra.Count + misshapen.Count == 0)
        {
            return;
        }

        throw file.Unusable(
            $"{SetText()} does not fit {Network.Preset}: of {asked.Count} parameters {missing.Count} are missing and "
            + $"{misshapen.Count} of another shape, and {extra.Count} tensors are not in the network",
            $"Name the network that it was trained as with --network ({string.Join(", ", NetworkPresets.Names)}), or "
            + $"another set of its tensors with --take.{List("Missing", missing)}"
            + $"{List("Of another shape", misshapen)}{List("Not in the network", extra)}");
    }

    private EdgeRestoreException Unknown() => file.Unusable(
        $"{SetText()} has the names of no network that is known here: "
        + string.Join(", ", tensors.Keys.Order(StringComparer.Ordinal).Take(5).Select(name => name.Shown())) + ", ...",
        $"Name the network with --network to see how it differs: {string.Join(", ", NetworkPresets.Names)}.");

    private bool IsOfNoUse(string name) => Network is SeSymUNet
        && (name.StartsWith(SemanticEncoder, StringComparison.Ordinal)
            || name.EndsWith(SemanticNoise, StringComparison.Ordinal));

    private string SetText() => Set.Name.Length == 0 ? "it" : $"its set '{Set.Name.Shown()}'";

    private static string Text(long[] shape) => $"({string.Join(", ", shape)})";

    private static string List(string title, List<string> items) => items.Count == 0
        ? ""
        : $"\n{title} ({items.Count}):\n  {string.Join("\n  ", items.Take(ListedMax))}"
            + (items.Count > ListedMax ? "\n  ..." : "");
}
