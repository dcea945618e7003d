using System.Text.Json.Nodes;
using EdgeRestore.Degradations;
using YamlDotNet.Core;

namespace EdgeRestore.Training.Recipes;

/// <summary>One experiment: a YAML file whose name is the experiment's name.</summary>
internal sealed partial class Recipe
{
    /// <summary>A preset: a restoration network, such as edge-s, or a classifier, such as dpgnet-s.</summary>
    public string Network { get; set; } = "";

    /// <summary>
    /// What differs from the preset, by the names of the network's configuration: a network of one's own.
    /// </summary>
    public JsonObject? Configuration { get; set; }

    public int Seed { get; set; } = 1;

    /// <summary>The whole run in optimiser steps; ignored where minutes are given.</summary>
    public long Steps { get; set; }

    /// <summary>
    /// The whole run in minutes of training time. Runs by minutes depend on the machine; runs by steps repeat.
    /// </summary>
    public double Minutes { get; set; }

    public OptimizerRecipe Optimizer { get; set; } = new();

    public LossRecipe Loss { get; set; } = new();

    public DistillationRecipe? Distillation { get; set; }

    /// <summary>For networks that take tokens, such as se-symunet.</summary>
    public SemanticRecipe? Semantic { get; set; }

    /// <summary>Restoration: patch and batch over the run. Each phase lasts until its fraction of the run.</summary>
    public List<PhaseRecipe> Phases { get; set; } = [];

    /// <summary>
    /// How often each degradation is made of a photograph, by name; absent ones are drawn with weight 0.
    /// </summary>
    public Dictionary<string, double> Weights { get; set; } = [];

    /// <summary>Photographs that are degraded here against pairs out of folders.</summary>
    public DataRecipe Data { get; set; } = new();

    public SelectionRecipe Selection { get; set; } = new();

    /// <summary>For dpgnet-resnet18.</summary>
    public ClassifierRecipe Classifier { get; set; } = new();

    public ValidationRecipe Validation { get; set; } = new();

    /// <summary>The file's text, kept in checkpoints.</summary>
    public string Text { get; private set; } = "";

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

    /// <summary>Reads a recipe; says all that is wrong with it at once, with lines.</summary>
    public static Recipe Parse(string name, string text)
    {
        var recipe = new Recipe { Name = name, Text = text };
        var reader = new RecipeReader();
        try
        {
            reader.Read(text, recipe);
        }
        catch (YamlException exception)
        {
            throw new EdgeRestoreException(
                $"Recipe '{name}' is not YAML at line {exception.Start.Line}: {exception.Message} Compare it with a "
                + $"recipe that comes with the trainer: {string.Join(", ", BuiltIn.Names)}.", exception);
        }

        // What was not understood stands at its default, which would be judged in its place.
        List<string> errors = reader.Errors.Count > 0 ? reader.Errors : [.. recipe.Validate(reader.At)];
        return errors.Count == 0
            ? recipe
            : throw new EdgeRestoreException($"Recipe '{name}' is not valid:\n  {string.Join("\n  ", errors)}");
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
}
