using EdgeRestore.Degradations;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace EdgeRestore.Training.Recipes;

/// <summary>One experiment: a YAML file whose name is the experiment's name.</summary>
internal sealed class Recipe
{
    /// <summary>A preset: a restoration network, such as edge-s, or the classifier, such as dpgnet-s.</summary>
    public string Network { get; set; } = "";

    public int Seed { get; set; } = 1;

    /// <summary>The whole run in optimiser steps; ignored where minutes are given.</summary>
    public long Steps { get; set; }

    /// <summary>The whole run in minutes of training time. Runs by minutes depend on the machine; runs by steps repeat.</summary>
    public double Minutes { get; set; }

    public OptimizerRecipe Optimizer { get; set; } = new();

    /// <summary>Restoration: patch and batch over the run. Each phase lasts until its fraction of the run.</summary>
    public List<PhaseRecipe> Phases { get; set; } = [];

    /// <summary>How often each degradation is drawn, by name; absent ones are drawn with weight 0.</summary>
    public Dictionary<string, double> Weights { get; set; } = [];

    public SelectionRecipe Selection { get; set; } = new();

    public ValidationRecipe Validation { get; set; } = new();

    /// <summary>The file's text, kept in checkpoints.</summary>
    [YamlIgnore]
    public string Text { get; private set; } = "";

    [YamlIgnore]
    public string Name { get; private set; } = "";

    public static Recipe Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException(
                $"Recipe '{path}' cannot be read: {exception.Message} Name a recipe that comes with the trainer "
                + $"({string.Join(", ", BuiltIn.Names)}) or the path of a YAML file.", exception);
        }

        return Parse(Path.GetFileNameWithoutExtension(path), text);
    }

    /// <summary>Reads a recipe, refuses unknown keys and checks all values at once.</summary>
    public static Recipe Parse(string name, string text)
    {
        Recipe? recipe;
        try
        {
            recipe = new DeserializerBuilder()
                .WithNamingConvention(CamelCaseNamingConvention.Instance)
                .Build()
                .Deserialize<Recipe>(text);
        }
        catch (YamlException exception)
        {
            throw new EdgeRestoreException(
                $"Recipe '{name}' is not valid at line {exception.Start.Line}: "
                + $"{exception.InnerException?.Message ?? exception.Message} Compare it with a recipe that comes with the "
                + "trainer.", exception);
        }

        recipe ??= new Recipe();
        recipe.Name = name;
        recipe.Text = text;
        var errors = recipe.Validate().ToList();
        return errors.Count == 0
            ? recipe
            : throw new EdgeRestoreException($"Recipe '{name}' is not valid: {string.Join(" ", errors)}");
    }

    /// <summary>Puts what the command line says in place of what the file says.</summary>
    public void Override(double? minutes, long? steps, int? seed)
    {
        Seed = seed ?? Seed;
        if (minutes is { } budget)
        {
            (Minutes, Steps) = (budget, 0);
        }

        if (steps is { } count)
        {
            (Minutes, Steps) = (0, count);
        }
    }

    /// <summary>Weight per degradation in the order of their numeric value.</summary>
    public double[] GetWeights()
    {
        var weights = new double[DegradationNames.Count];
        foreach (var (name, weight) in Weights)
        {
            if (DegradationNames.TryParse(name, out var degradation))
            {
                weights[(int)degradation] = weight;
            }
        }

        return weights;
    }

    private IEnumerable<string> Validate()
    {
        if (Network.Length == 0)
        {
            yield return "network is empty; name a preset such as edge-s or dpgnet-s.";
        }

        if (Steps <= 0 && Minutes <= 0)
        {
            yield return $"steps is {Steps} and minutes is {Minutes}; give one of them, above 0.";
        }

        if (Phases.Count == 0)
        {
            yield return "phases is empty; give at least one { until: 1, patch: 64, batch: 8 }.";
        }

        foreach (var phase in Phases.Where(phase => phase.Patch < 16 || phase.Patch % 8 != 0 || phase.Batch < 1))
        {
            yield return $"phase until {phase.Until} has patch {phase.Patch} and batch {phase.Batch}; "
                + "patch must be a multiple of 8 from 16, batch at least 1.";
        }

        if (Phases.Count > 0 && Phases[^1].Until < 1)
        {
            yield return $"the last phase ends at {Phases[^1].Until}; it must end at 1.";
        }

        foreach (var (name, weight) in Weights)
        {
            if (!DegradationNames.TryParse(name, out _) || weight < 0)
            {
                yield return $"weights has '{name}: {weight}'; names are {string.Join(", ", DegradationNames.All.Select(
                    degradation => degradation.ToName()))}, weights are 0 or more.";
            }
        }

        if (!(Selection.Balance >= 0))
        {
            yield return $"selection.balance is {Selection.Balance}; give 0 or more.";
        }

        if (!(Weights.Values.Sum() > 0))
        {
            yield return "weights sum to 0; give at least one degradation a weight above 0.";
        }
    }
}

/// <summary>AdamW, its schedule and the average of the weights.</summary>
internal sealed class OptimizerRecipe
{
    public double LearningRate { get; set; } = 1e-3;

    public double FinalLearningRate { get; set; } = 1e-6;

    public int WarmUpSteps { get; set; } = 50;

    public double WeightDecay { get; set; } = 1e-3;

    public double ClipNorm { get; set; } = 0.1;

    /// <summary>Decay of the exponential moving average of the weights, which is what is validated and exported.</summary>
    public double Average { get; set; } = 0.999;

    /// <summary>float32 or bfloat16.</summary>
    public string Precision { get; set; } = "bfloat16";
}

/// <summary>Patch side, batch and, if only one degradation is to be drawn, its name.</summary>
internal sealed class PhaseRecipe
{
    public double Until { get; set; } = 1;

    public int Patch { get; set; } = 64;

    public int Batch { get; set; } = 8;

    public string? Only { get; set; }
}

/// <summary>How the channel sets are learnt.</summary>
internal sealed class SelectionRecipe
{
    /// <summary>Fraction of the run after which the sets are constant and only the rest is trained.</summary>
    public double FreezeAt { get; set; } = 0.6;

    /// <summary>Temperature of the straight-through slope at the start and when the sets freeze.</summary>
    public double Temperature { get; set; } = 1;

    public double FinalTemperature { get; set; } = 0.1;

    /// <summary>Weight of the term that keeps the use of channels even; 0.01 where sets are to differ.</summary>
    public double Balance { get; set; }

    /// <summary>File of one vector per degradation, for networks whose prompts are given; read when a run starts.</summary>
    public string? Prompts { get; set; }
}

/// <summary>What is measured during the run, on photographs of the training list that are not trained on.</summary>
internal sealed class ValidationRecipe
{
    public int Photographs { get; set; } = 8;

    public int CropPixels { get; set; } = 256;

    /// <summary>Fraction of the run between two validations.</summary>
    public double Every { get; set; } = 0.1;
}
