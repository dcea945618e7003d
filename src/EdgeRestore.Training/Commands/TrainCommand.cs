using System.CommandLine;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using TorchSharp;

namespace EdgeRestore.Training.Commands;

/// <summary><c>train RECIPE</c>: starts a run, or goes on with the one in the run folder.</summary>
internal static class TrainCommand
{
    public static Command Build()
    {
        var command = Build("train", Help, null);
        command.Add(AblationCommand.Build());
        return command;
    }

    /// <summary><c>classifier</c>: the same for the classifier, whose recipe need not be named.</summary>
    public static Command BuildClassifier() => Build("classifier", ClassifierHelp, "dpgnet-s");

    private static Command Build(string name, string help, string? defaultRecipe)
    {
        var recipe = new Argument<string>("recipe")
        {
            Description = $"A recipe that comes with the trainer ({string.Join(", ", BuiltIn.Names)}) or a YAML file.",
        };
        if (defaultRecipe is not null)
        {
            recipe.DefaultValueFactory = _ => defaultRecipe;
        }

        var photographs = new Option<string>("--photographs")
        {
            Description = "Folder of PNG, JPEG or WebP photographs to train on; subfolders count.",
            DefaultValueFactory = _ => Path.Combine(".edgerestore", "photographs", "train"),
        };
        var output = new Option<string?>("--out")
        {
            Description = "Run folder: checkpoint, curves, log. Default: .edgerestore/runs/RECIPE. A checkpoint that "
                + "is there is resumed.",
        };
        var minutes = new Option<double?>("--minutes")
        {
            Description = "Budget of training time; overrides the recipe.",
        }.Where(value => value > 0 && double.IsFinite(value), "more than 0");
        var steps = new Option<long?>("--steps")
        {
            Description = "Budget of optimiser steps; overrides the recipe.",
        }.AtLeast(1);
        var seed = new Option<int?>("--seed") { Description = "Overrides the recipe's seed." };
        var workers = new Option<int>("--workers")
        {
            Description = "Threads that make samples ahead of the step. Changes speed, never results.",
            DefaultValueFactory = _ => 1,
        }.AtLeast(1);
        var threads = new Option<int>("--threads")
        {
            Description = "Threads of libtorch. One each for two runs beats two for one run (research: 1.5 times).",
            DefaultValueFactory = _ => Math.Max(1, Environment.ProcessorCount / 2),
        }.AtLeast(1);
        var weights = new Option<string?>("--weights")
        {
            Description = "Weights of the recipe's network to start from, as import or PyTorch writes them.",
        };
        var device = TrainingDevice.Option();

        var json = new Option<bool>("--json")
        {
            Description = "Prints one JSON object a line: started, data, steps, validation or calibration, finished.",
        };
        var command = new Command(name, help)
        {
            recipe, photographs, output, minutes, steps, seed, workers, threads, weights, device, json,
        };
        command.SetAction((result, cancellationToken) =>
        {
            var loaded = BuiltIn.Load(result.GetRequiredValue(recipe));
            loaded.Override(result.GetValue(minutes), result.GetValue(steps), result.GetValue(seed));
            var request = new TrainRequest(
                loaded,
                result.GetRequiredValue(photographs),
                result.GetValue(output) ?? Path.Combine(".edgerestore", "runs", loaded.Name),
                result.GetValue(workers),
                result.GetValue(threads),
                result.GetRequiredValue(device),
                result.GetValue(weights));

            // Off this thread: signals are listened to only once the action has returned its task.
            var report = new RunReport(result.InvocationConfiguration.Output, result.GetValue(json));
            return Task.Run(() => Run(request, report, cancellationToken), CancellationToken.None);
        });
        return command;
    }

    private const string Help = """
        Trains a restoration network or the classifier by a recipe.

        A recipe is a YAML file whose name is the experiment's name: network, budget, patches, class weights. Everything is
        drawn from the recipe's seed, so a run by steps repeats; a run by minutes fits a machine. Ctrl+C saves and exits;
        the same command resumes exactly where it stopped. Progress, data waiting time, validation per degradation and
        peak memory are printed and kept in the run folder (steps.csv, validation.csv, curve.png).

        Examples:
          ./edgerestore train edge-s --photographs .edgerestore/photographs/train --minutes 120
          ./edgerestore train edge-s --steps 20000 --seed 2 --out runs/edge-s-seed2
          ./edgerestore train my-recipe.yaml --photographs ~/Pictures
          ./edgerestore train my-recipe.yaml --weights symunet.safetensors     goes on from imported weights instead of random ones

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (recipe, photographs, weights, disk); 130 interrupted, go on by
        running again.
        """;

    private const string ClassifierHelp = """
        Trains the degradation classifier; the same as train dpgnet-s. Prints accuracy, the confusion of degradations and
        the calibrated temperature at every validation. dpgnet-resnet18 is DPGNet as published; it starts from torchvision's
        ResNet-18 or OneRestore's embedder with --weights.

        Examples:
          ./edgerestore classifier --minutes 60
          ./edgerestore classifier dpgnet-resnet18 --weights resnet18.pth --minutes 240

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (recipe, photographs, weights, disk); 130 interrupted, go on by
        running again.
        """;

    internal static int Run(TrainRequest request, RunReport report, CancellationToken cancellationToken)
    {
        try
        {
            return Train(request, report, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Before the first step there is nothing to save.
            return ExitCode.Interrupted;
        }
    }

    private static int Train(TrainRequest request, RunReport report, CancellationToken cancellationToken)
    {
        torch.set_num_threads(request.Threads);
        var recipe = request.Recipe;
        var device = TrainingDevice.Open(request.Device);
        var definition = NetworkDefinition.Of(recipe);
        var folder = new RunFolder(request.OutputFolder);
        var isResumed = File.Exists(folder.CheckpointPath);
        var (initial, origin) = request.WeightsPath is { } weights && !isResumed
            ? definition.LoadWeights(weights, recipe.Seed)
            : (definition.DrawWeights(recipe.Seed), null);
        if (!isResumed)
        {
            definition.PlacePrompts(initial, recipe, isLoaded: request.WeightsPath is not null);
        }

        var layout = ParameterVector.Of(initial);
        using var state = isResumed
            ? Checkpoint.Load(folder.CheckpointPath, layout, device)
            : new TrainingState(layout, layout.Pack(initial), device);
        report.Write(
            "started",
            new
            {
                Experiment = recipe.Name,
                recipe.Network,
                Parameters = layout.Length,
                recipe.Seed,
                recipe.Minutes,
                recipe.Steps,
                request.Device,
                request.Threads,
                request.Workers,
                request.OutputFolder,
                ResumedAtStep = isResumed ? state.Counters.Step : (long?)null,
                request.WeightsPath,
            },
            $"{recipe.Name}: {recipe.Network}, {layout.Length} parameters, seed {recipe.Seed}, "
                + $"{(recipe.Minutes > 0 ? $"{recipe.Minutes} minutes" : $"{recipe.Steps} steps")}, device "
                + $"{request.Device}, {request.Threads} thread(s), {request.Workers} worker(s)"
                + (isResumed ? $"; resumed at step {state.Counters.Step}"
                    : request.WeightsPath is null ? "" : $"; from {request.WeightsPath}")
                + (origin is null ? "" : $"\n{origin}"));
        using var sources = TrainingSources.Load(
            recipe, request.PhotographFolder, definition.SideMin(recipe), definition.IsClassifier, cancellationToken);
        report.Write(
            "data",
            new
            {
                Photographs = sources.Photographs?.Training.Count ?? 0,
                PhotographsToValidate = sources.Photographs?.Validation.Count ?? 0,
                sources.Photographs?.LeftOut,
                Pairs = sources.Pairs.Select(
                    set => new { set.Name, Training = set.Training.Count, Validation = set.Validation.Count }),
            },
            sources.ToString());
        using var task = definition.CreateTask(layout, recipe, sources, new(request.Workers, device));
        if (!isResumed && request.WeightsPath is null)
        {
            task.Prepare(state.Values);
            state.ResetAverage();
        }

        return new TrainingRun(task, state, folder, report).Run(cancellationToken)
            ? ExitCode.Done
            : ExitCode.Interrupted;
    }
}

/// <summary>A checked command line.</summary>
internal sealed record TrainRequest(
    Recipe Recipe,
    string PhotographFolder,
    string OutputFolder,
    int Workers,
    int Threads,
    string Device,
    string? WeightsPath = null);
