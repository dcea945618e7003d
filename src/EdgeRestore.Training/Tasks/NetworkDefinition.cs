using System.Text.Json.Nodes;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Imports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;

namespace EdgeRestore.Training.Tasks;

/// <summary>A preset that a recipe names: a restoration network or the classifier.</summary>
internal sealed class NetworkDefinition
{
    private readonly RestorationNetwork? _restoration;
    private readonly ClassifierNetwork? _classifier;

    private NetworkDefinition(RestorationNetwork? restoration, ClassifierNetwork? classifier)
    {
        _restoration = restoration;
        _classifier = classifier;
    }

    /// <summary>The network that a recipe names, with what its configuration changes.</summary>
    /// <exception cref="EdgeRestoreException">There is no such network, or nothing to train it on.</exception>
    public static NetworkDefinition Of(Recipe recipe)
    {
        if (recipe.Network == new DpgNetConfig().Preset || recipe.Network == new DpgResNetConfig().Preset)
        {
            return OfClassifier(recipe);
        }

        RestorationNetwork network;
        try
        {
            network = NetworkPresets.Create(recipe.Network);
        }
        catch (ArgumentException exception)
        {
            throw new EdgeRestoreException(
                $"{exception.Message} Classifiers: {new DpgNetConfig().Preset}, "
                + $"{new DpgResNetConfig().Preset}. Correct 'network' in the recipe "
                + $"'{recipe.Name}'.",
                exception);
        }

        network = recipe.Configuration is null ? network : Configured(network, recipe);
        var takesTokens = network.Prompt?.Name == PromptDefinition.TokensName;
        if (takesTokens != (recipe.Semantic is not null))
        {
            throw new EdgeRestoreException(takesTokens
                ? $"The network '{recipe.Network}' takes {network.Prompt!.Meaning}. Name the encoder that gives them "
                    + "in the recipe: semantic: { encoder: clip-vision.onnx }."
                : $"The network '{recipe.Network}' takes no tokens, and the recipe '{recipe.Name}' names an encoder "
                    + "for them. Leave semantic out, or train se-symunet.");
        }

        return takesTokens || network.Prompt is null || network.Prompt == PromptDefinition.Degradation
            ? new NetworkDefinition(network, null)
            : throw new EdgeRestoreException(
                $"The network '{recipe.Network}' takes {network.Prompt.Meaning}, which training samples do not have. "
                + "Name a network in the recipe that takes the image alone, a degradation or tokens: symunet.");
    }

    private static NetworkDefinition OfClassifier(Recipe recipe)
    {
        if (recipe.Data.Pairs.Count > 0 || recipe.Distillation is not null)
        {
            throw new EdgeRestoreException(
                $"The recipe '{recipe.Name}' trains the classifier '{recipe.Network}' and has data.pairs or "
                + "distillation, which are for restoration networks. Leave them out.");
        }

        // Prototypes are given where a file of them is.
        var prototypes = recipe.Selection.Prompts is null ? PromptSource.Learnt : PromptSource.Given;
        try
        {
            ClassifierNetwork network = recipe.Network == new DpgNetConfig().Preset
                ? new DpgNet(NetworkConfigJson.ParseDpgNet(Configure(new DpgNetConfig().ToJson())) with
                {
                    Prototypes = prototypes,
                })
                : new DpgResNet(NetworkConfigJson.ParseDpgResNet(Configure(new DpgResNetConfig().ToJson())) with
                {
                    Prototypes = prototypes,
                });

            // Sizes that make no network fail when it is read.
            _ = NetworkCost.Of(network);
            return new NetworkDefinition(null, network);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException
            or ArithmeticException or IndexOutOfRangeException)
        {
            throw new EdgeRestoreException(
                $"The configuration of recipe '{recipe.Name}' makes no '{recipe.Network}': {exception.Message}",
                exception);
        }

        string Configure(string preset) => recipe.Configuration is null ? preset : Merge(preset, recipe);
    }

    private static RestorationNetwork Configured(RestorationNetwork network, Recipe recipe)
    {
        try
        {
            var configured = NetworkConfigJson.ParseNetwork(network.Family, Merge(network.ToConfigJson(), recipe));

            // Sizes that make no network fail when it is read.
            _ = NetworkCost.Of(configured);
            return configured;
        }
        catch (Exception exception) when (exception is EdgeRestoreException or InvalidOperationException
            or ArgumentException or ArithmeticException or IndexOutOfRangeException)
        {
            throw new EdgeRestoreException(
                $"The configuration of recipe '{recipe.Name}' makes no '{network.Family}' network: {exception.Message} "
                + $"Its keys, with the values of {network.Preset}: {network.ToConfigJson()}.",
                exception);
        }
    }

    // The preset with what the recipe changes, under the experiment's name unless it gives another.
    private static string Merge(string preset, Recipe recipe)
    {
        var merged = JsonNode.Parse(preset)!.AsObject();
        merged["preset"] = recipe.Name;
        Put(merged, recipe.Configuration!);
        return merged.ToJsonString();

        static void Put(JsonObject target, JsonObject changes)
        {
            foreach (var (key, value) in changes)
            {
                if (value is JsonObject inner && target[key] is JsonObject present)
                {
                    Put(present, inner);
                }
                else
                {
                    target[key] = value?.DeepClone();
                }
            }
        }
    }

    public bool IsClassifier => _classifier is not null;

    /// <summary>None for restoration networks.</summary>
    public ClassifierNetwork? Classifier => _classifier;

    /// <summary>None for the classifier.</summary>
    public RestorationNetwork? Restoration => _restoration;

    public NamedTensors DrawWeights(int seed) => _restoration is null
        ? InitialWeights.Of(_classifier!, seed)
        : InitialWeights.Of(_restoration, seed);

    /// <summary>Weights of this network out of a file, as import or PyTorch writes it.</summary>
    /// <param name="path">A checkpoint of this network; for dpgnet-resnet18 also torchvision's resnet18.</param>
    /// <param name="seed">Of what the file lacks.</param>
    /// <exception cref="EdgeRestoreException">It is no such file, or they are those of another network.</exception>
    public (NamedTensors Weights, string? Summary) LoadWeights(string path, int seed)
    {
        if (_classifier is DpgNet)
        {
            throw new EdgeRestoreException(
                $"The classifier '{_classifier.Preset}' cannot start from '{path}': weights are read for "
                + $"restoration networks and {new DpgResNetConfig().Preset}. Leave --weights out.");
        }

        using var file = CheckpointFile.Open(path);
        if (_classifier is DpgResNet network)
        {
            var import = TrunkImport.Read(file, network, DrawWeights(seed));
            return (import.Weights, import.Summary);
        }

        return (WeightImport.Match(file, network: _restoration).Read().Weights, null);
    }

    /// <summary>
    /// Puts prompts out of a recipe's file into weights, where the network's prompts or prototypes are given.
    /// </summary>
    /// <param name="weights">Changed in place.</param>
    /// <param name="recipe">Names the file.</param>
    /// <param name="isLoaded">Whether the weights come from a file, with the prompts that they were trained by.</param>
    /// <exception cref="EdgeRestoreException">
    /// There is a file and no place for it, or the reverse; or the file does not fit.
    /// </exception>
    public void PlacePrompts(NamedTensors weights, Recipe recipe, bool isLoaded)
    {
        var path = recipe.Selection.Prompts;
        if (_classifier is not null)
        {
            if (path is not null)
            {
                PromptVectors.ReadWithClear(path, _classifier.EmbeddingSize)
                    .CopyTo(weights[ClassifierNetwork.PrototypeTable].Values, 0);
            }

            return;
        }

        var table = weights.FirstOrDefault(tensor => _restoration!.IsGiven(tensor.Name));
        if (isLoaded)
        {
            return;
        }

        if ((table is null) != (path is null))
        {
            throw new EdgeRestoreException(path is null
                ? $"The network '{recipe.Network}' takes its prompts from a file. Name it in the recipe: "
                    + "selection: { prompts: prompts.safetensors }, or train one that learns them, such as csnet-s."
                : $"The network '{recipe.Network}' takes no prompts from a file, and the recipe names '{path}'. Leave "
                    + "selection.prompts out, or train csnet-s-text.");
        }

        if (table is not null)
        {
            PromptVectors.Read(path!, (int)table.Shape[1]).CopyTo(table.Values, 0);
        }
    }

    /// <summary>Photographs with a smaller side cannot be trained on.</summary>
    public int SideMin(Recipe recipe) => _restoration is null
        ? ClassifierInput.CropsSide
        : recipe.Phases.Max(phase => phase.Patch);

    public TrainingTask CreateTask(
        ParameterVector layout, Recipe recipe, TrainingSources sources, TaskResources resources) =>
        _restoration is null
            ? new ClassificationTask(_classifier!, layout, recipe, sources.Photographs!, resources.Workers)
            : new RestorationTask(_restoration, layout, recipe, sources, resources);
}
