using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Packages;
using EdgeRestore.Training.Checkpoints;
using EdgeRestore.Training.Loop;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Recipes;
using EdgeRestore.Training.Sampling;
using EdgeRestore.Training.Tasks;
using EdgeRestore.Training.Validation;
using TorchSharp;

namespace EdgeRestore.Training.Commands;

/// <summary><c>export</c>: two run folders to a package.</summary>
internal static class ExportCommand
{
    private const string Help = """
        Writes a package from a restoration run and a classifier run: one static graph per degradation with the channels
        that it selected, the classifier with its calibrated temperature, one file of shared weights, and a manifest with
        seeds, steps and core-hours as they were counted. Averaged weights are exported, not the last ones.

        Examples:
          export --restoration .edgerestore/runs/edge-s --classifier .edgerestore/runs/dpgnet-s --out deploy/models/default
          export … --photographs .edgerestore/photographs     also measures every route: by eval-v1, for the manifest;
                                                              on validation photographs under every degradation, for routing
          export … --state deploy/training                    also keeps both checkpoints in their compact form
          export onnx --weights symunet.safetensors --out symunet.onnx      one network as one ONNX file
          export one --weights symunet.safetensors --classifier deploy/models/edgerestore-default --out symunet
                                                              one network for every degradation, as a package
        """;

    public static Command Build()
    {
        var restoration = new Option<string>("--restoration") { Description = "Run folder of the restoration network.", Required = true };
        var classifier = new Option<string>("--classifier") { Description = "Run folder of the classifier.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder of the package.", Required = true };
        var name = new Option<string>("--name") { Description = "The package's name.", DefaultValueFactory = _ => "edgerestore-default" };
        var version = new Option<string>("--version") { Description = "The package's version.", DefaultValueFactory = _ => "0.1.0" };
        var threshold = new Option<double>("--threshold")
        {
            Description = "Confidence under which frames pass through unchanged.",
            DefaultValueFactory = _ => 0.4,
        };
        var data = new Option<string>("--training-data")
        {
            Description = "What was trained on, for the manifest.",
            DefaultValueFactory = _ => "the training list of photographs.tsv: 270 photographs from 11 Debian packages",
        };
        var licence = new Option<string>("--licence")
        {
            Description = "Licence of what was trained on, for the manifest.",
            DefaultValueFactory = _ => "per photograph, see photographs.tsv (BSD, CC, LGPL, GPL, public domain)",
        };
        var commit = new Option<string>("--commit") { Description = "Commit of the trainer, for the manifest.", DefaultValueFactory = _ => "" };
        var notes = new Option<string>("--notes") { Description = "Anything else, for the manifest.", DefaultValueFactory = _ => "" };
        var photographs = new Option<string?>("--photographs") { Description = "Folder with prepared photographs (train, held-out); measures the routes." };
        var state = new Option<string?>("--state") { Description = "Folder for compact checkpoints, from which training can go on." };
        var replace = new Option<bool>("--replace") { Description = "Replaces a package that is there." };
        var json = new Option<bool>("--json") { Description = "Prints the manifest instead of a sentence." };
        var command = new Command("export", Help)
        {
            restoration, classifier, output, name, version, threshold, data, licence, commit, notes, photographs, state,
            replace, json,
        };
        command.Add(ExportOnnxCommand.Build());
        command.Add(ExportOneCommand.Build());
        command.SetAction(result =>
        {
            var request = new ExportRequest(
                new RunFolder(result.GetRequiredValue(restoration)),
                new RunFolder(result.GetRequiredValue(classifier)),
                result.GetValue(photographs),
                result.GetValue(state));
            var package = Export(request, Console.Error) with
            {
                Name = result.GetRequiredValue(name),
                Version = result.GetRequiredValue(version),
                Threshold = result.GetValue(threshold),
            };
            var written = (package with
            {
                Provenance = package.Provenance with
                {
                    TrainingData = result.GetRequiredValue(data),
                    Licence = result.GetRequiredValue(licence),
                    Commit = result.GetRequiredValue(commit),
                    Notes = result.GetRequiredValue(notes),
                },
            }).Write(result.GetRequiredValue(output), result.GetValue(replace));
            Console.Out.WriteLine(result.GetValue(json)
                ? System.Text.Encoding.UTF8.GetString(written.Manifest.ToJson())
                : $"Wrote {written.Directory}: {written.Manifest.Routes.Length} routes, "
                    + $"{written.Manifest.Files.Sum(file => file.LengthBytes) / 1e6:F1} MB.");
            return ExitCodes.Done;
        });
        return command;
    }

    internal static PackageExport Export(ExportRequest request, TextWriter progress)
    {
        var (restorationRecipe, restorationLayout, restoration) = Load(request.Restoration);
        var (classifierRecipe, classifierLayout, classifier) = Load(request.Classifier);
        using (restoration)
        using (classifier)
        {
            if (request.StateFolder is { } folder)
            {
                Directory.CreateDirectory(folder);
                Checkpoint.Save(
                    Path.Combine(folder, $"{restorationRecipe.Name}.safetensors"), restoration, restorationRecipe, compact: true);
                Checkpoint.Save(
                    Path.Combine(folder, $"{classifierRecipe.Name}.safetensors"), classifier, classifierRecipe, compact: true);
            }

            var network = EdgeNetworkConfig.OfPreset(restorationRecipe.Network);
            var definition = new EdgeNetwork(network);
            var quality = ImmutableDictionary<Degradation, PackageQuality>.Empty;
            var worth = ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>>.Empty;
            if (request.PhotographRoot is { } root)
            {
                using var photographs = PhotographSet.Load(
                    Path.Combine(root, "train"), restorationRecipe.Validation.Photographs,
                    ClassifierInput.CropsSide, isForClassifier: false, CancellationToken.None);
                worth = RouteWorth.Measure(definition, restorationLayout, restoration.Average, photographs, progress);
                quality = EvalQuality.Measure(definition, restorationLayout, restoration.Average, root, progress);
            }

            return new PackageExport
            {
                Name = "",
                Version = "",
                Network = network,
                NetworkWeights = restorationLayout.Unpack(TrainingState.ToArray(restoration.Average)),
                Classifier = new DpgNetConfig { Temperature = request.Classifier.ReadTemperature() },
                ClassifierWeights = classifierLayout.Unpack(TrainingState.ToArray(classifier.Average)),
                Threshold = 0,
                Quality = quality,
                PsnrChange = worth,
                Provenance = new PackageProvenance
                {
                    TrainingData = "",
                    Licence = "",
                    Command = $"{CommandOf(restorationRecipe, restoration)}; {CommandOf(classifierRecipe, classifier)}",
                    Seed = restorationRecipe.Seed,
                    Steps = restoration.Counters.Step,
                    CpuHours = Math.Round(
                        (restoration.Counters.CpuSeconds + classifier.Counters.CpuSeconds) / 3600, 2),
                    Commit = "",
                    Notes = "",
                },
            };
        }
    }

    private static (Recipe Recipe, ParameterVector Layout, TrainingState State) Load(RunFolder folder)
    {
        var recipe = Checkpoint.LoadRecipe(folder.CheckpointPath);
        var layout = ParameterVector.Of(NetworkDefinition.OfPreset(recipe.Network).DrawWeights(recipe.Seed));
        return (recipe, layout, Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU));
    }

    // What was trained, not what was asked for: a run may have been stopped before its budget was spent.
    private static string CommandOf(Recipe recipe, TrainingState state) => string.Create(
        CultureInfo.InvariantCulture,
        $"train {recipe.Name} --seed {recipe.Seed} ({state.Counters.Step} steps, {state.Counters.Position} samples, {state.Counters.TrainedSeconds / 60:F1} minutes on one thread)");
}

/// <summary>What is exported from where.</summary>
internal sealed record ExportRequest(
    RunFolder Restoration, RunFolder Classifier, string? PhotographRoot, string? StateFolder);
