using System.Globalization;
using System.Text.Json;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Tasks;
using TorchSharp;

namespace EdgeRestore.Training.Checkpoints;

/// <summary>
/// A run on disk: one safetensors file with weights, average, moments and counters by parameter name.
/// </summary>
/// <remarks>
/// A full checkpoint resumes exactly: the run goes on bit for bit as if it had not stopped, on the same machine and
/// libtorch. A compact one, for a repository, rounds moments and the average's distance from the weights to bfloat16: a
/// run resumed from it is deterministic, but another run than the one that did not stop.
/// </remarks>
internal static class Checkpoint
{
    private const string Format = "edgerestore-training-1";
    private const string ValuesPrefix = "values.";
    private const string AveragePrefix = "average.";
    private const string AverageDistancePrefix = "average-distance.";
    private const string FirstMomentPrefix = "moment1.";
    private const string SecondMomentPrefix = "moment2.";

    /// <summary>
    /// Writes beside the target, then replaces it: an interrupted save leaves the previous checkpoint.
    /// </summary>
    public static void Save(string path, TrainingState state, Recipe recipe, bool compact = false)
    {
        var file = new NamedTensors();
        file.Metadata.Add("format", Format);
        file.Metadata.Add("experiment", recipe.Name);
        file.Metadata.Add("network", recipe.Network);
        file.Metadata.Add("recipe", recipe.Text);
        file.Metadata.Add("seed", recipe.Seed.ToString(CultureInfo.InvariantCulture));
        file.Metadata.Add("counters", JsonSerializer.Serialize(state.Counters));
        var values = TrainingState.ToArray(state.Values);
        var average = TrainingState.ToArray(state.Average);
        AddAll(file, state.Layout, ValuesPrefix, values);
        AddAll(
            file, state.Layout, compact ? AverageDistancePrefix : AveragePrefix,
            compact ? [.. average.Zip(values, (a, v) => a - v)] : average);
        AddAll(file, state.Layout, FirstMomentPrefix, TrainingState.ToArray(state.FirstMoment));
        AddAll(file, state.Layout, SecondMomentPrefix, TrainingState.ToArray(state.SecondMoment));
        file.Write(path, name => compact && !name.StartsWith(ValuesPrefix, StringComparison.Ordinal));
    }

    public static TrainingState Load(string path, ParameterVector layout, torch.Device device)
    {
        var file = Open(path);
        var values = Collect(file, layout, ValuesPrefix, path);
        var average = layout.Slots.Count > 0 && file.TryGet(AverageDistancePrefix + layout.Slots[0].Name, out _)
            ? [.. Collect(file, layout, AverageDistancePrefix, path).Zip(values, (distance, v) => distance + v)]
            : Collect(file, layout, AveragePrefix, path);
        return new TrainingState(
            layout,
            values,
            average,
            Collect(file, layout, FirstMomentPrefix, path),
            Collect(file, layout, SecondMomentPrefix, path),
            device)
        {
            Counters = JsonSerializer.Deserialize<TrainingCounters>(file.Metadata["counters"]) ?? new(),
        };
    }

    /// <summary>The recipe that a checkpoint was trained with.</summary>
    public static Recipe LoadRecipe(string path)
    {
        var file = Open(path);
        var recipe = Recipe.Parse(file.Metadata["experiment"], file.Metadata["recipe"]);

        // The command line may have given another than the text; older checkpoints do not say.
        if (file.Metadata.TryGetValue("seed", out var text)
            && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
        {
            recipe.Override(null, null, seed);
        }

        return recipe;
    }

    /// <summary>A network with weights to export: those of an import, or the averaged ones of a training run.</summary>
    /// <exception cref="EdgeRestoreException">The file is neither, or is of the classifier.</exception>
    public static NetworkWeights LoadNetwork(string path)
    {
        var tensors = NamedTensors.Read(path);
        if (tensors.Metadata.GetValueOrDefault("format") != Format)
        {
            return NetworkWeights.Of(tensors, path);
        }

        var recipe = LoadRecipe(path);
        var network = NetworkDefinition.Of(recipe).Restoration ?? throw new EdgeRestoreException(
            $"'{path}' is a run of the classifier '{recipe.Network}', which has no frames to restore. Export it into a "
            + "package, with export --classifier.");
        var layout = ParameterVector.Of(InitialWeights.Of(network, recipe.Seed));
        using var state = Load(path, layout, torch.CPU);
        return new(network, layout.Unpack(TrainingState.ToArray(state.Average)));
    }

    private static NamedTensors Open(string path)
    {
        var file = NamedTensors.Read(path);
        return file.Metadata.GetValueOrDefault("format") == Format
            ? file
            : throw new EdgeRestoreException(
                $"'{path}' is not a checkpoint of this trainer: its format is "
                + $"'{file.Metadata.GetValueOrDefault("format", "not given")}', allowed is '{Format}'. Name the "
                + "checkpoint.safetensors of a run folder.");
    }

    private static void AddAll(NamedTensors file, ParameterVector layout, string prefix, float[] vector)
    {
        foreach (var (slot, values) in layout.Read(vector))
        {
            file.Add(new(prefix + slot.Name, slot.Shape, values));
        }
    }

    private static float[] Collect(NamedTensors file, ParameterVector layout, string prefix, string path)
    {
        var vector = new float[layout.Length];
        var offset = 0;
        foreach (var slot in layout.Slots)
        {
            var name = prefix + slot.Name;
            if (!file.TryGet(name, out var tensor) || !tensor.Shape.AsSpan().SequenceEqual(slot.Shape))
            {
                throw new EdgeRestoreException(
                    $"Checkpoint '{path}' has "
                    + (tensor is null ? $"no '{name}'" : $"'{name}' as ({string.Join(", ", tensor.Shape)})")
                    + $"; the network asks for ({string.Join(", ", slot.Shape)}). Resume with the recipe that the "
                    + "checkpoint was trained with.");
            }

            tensor.Values.CopyTo(vector, offset);
            offset += slot.Length;
        }

        return vector;
    }
}
