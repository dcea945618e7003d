using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
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

/// <summary>Makes a package of training runs.</summary>
internal static class RunExport
{
    private const string ManifestName = "manifest.json";

    /// <exception cref="EdgeRestoreException">
    /// A run, package or photograph is in the way; nothing was written.
    /// </exception>
    public static ModelPackage Write(ExportRequest request, TextWriter progress)
    {
        using var restoration = LoadedRun.Load(OpenRun(request.Restoration, "--restoration", "folder of a run"), request.StateFolder);
        var network = restoration.Definition.Restoration ?? throw new EdgeRestoreException(
            $"'{request.Restoration}' is a run of the classifier '{restoration.Recipe.Network}'. Name the run of a "
            + "restoration network with --restoration, and this one with --classifier.");
        var semantic = request.EncoderPath is { } path
            ? new SemanticRecipe { Encoder = path }
            : restoration.Recipe.Semantic;
        using var encoder = semantic is null ? null : Open(semantic, network);

        // Before minutes of measuring: it may not be there.
        var (classifier, provenance) = Classifier(request, restoration);
        var (quality, worth) = Measure(
            new(network, restoration.Layout, restoration.State.Average, encoder), restoration.Recipe,
            request.PhotographRoot, progress);
        return new PackageExport
        {
            Name = request.Labels.Name,
            Version = request.Labels.Version,
            Network = new(network, restoration.Average()),
            Classifier = classifier,
            EncoderPath = semantic?.Encoder,
            Provenance = provenance,
            Quality = quality,
            PsnrChange = worth,
        }.Write(request.OutputFolder, request.Replace);
    }

    // A folder that trains makes itself; one that is exported from has to be there.
    private static RunFolder OpenRun(string path, string option, string allowed) =>
        File.Exists(Path.Combine(path, RunFolder.CheckpointName))
            ? new RunFolder(path)
            : throw new EdgeRestoreException(
                $"{option} is '{path}': found {(Directory.Exists(path) ? $"no {RunFolder.CheckpointName} in it" : "no such folder")}, "
                + $"allowed is the {allowed}. Name what './edgerestore train' had as --out (.edgerestore/runs/RECIPE when "
                + "not given).");

    // That of a package where one is named, else that of a run.
    private static (ExportedClassifier Classifier, PackageProvenance Provenance) Classifier(
        ExportRequest request, LoadedRun restoration)
    {
        if (File.Exists(Path.Combine(request.Classifier, ManifestName)))
        {
            return (
                ExportedClassifier.From(ModelPackage.Open(request.Classifier)),
                Provenance(request.Labels, restoration, null) with
                {
                    Notes = $"The classifier is that of {request.Classifier}. {request.Labels.Notes}".TrimEnd(),
                });
        }

        var folder = OpenRun(request.Classifier, "--classifier", "folder of a run of the classifier, or a package");
        using var run = LoadedRun.Load(folder, request.StateFolder);
        var dpgNet = run.Definition.Classifier ?? throw new EdgeRestoreException(
            $"'{request.Classifier}' is a run of the restoration network '{run.Recipe.Network}'. Name the run "
            + "of a classifier, or a package, with --classifier.");
        return (
            ExportedClassifier.Trained(
                dpgNet.WithTemperature(folder.ReadTemperature()), run.Average(), request.Threshold),
            Provenance(request.Labels, restoration, run));
    }

    private static SemanticEncoder Open(SemanticRecipe recipe, RestorationNetwork network) =>
        network.Prompt?.Name == PromptDefinition.TokensName
            ? SemanticEncoder.Load(recipe, network.Prompt)
            : throw new EdgeRestoreException(
                $"The network '{network.Preset}' takes no tokens, so it needs no encoder. Leave --encoder out.");

    private static (
        ImmutableDictionary<Degradation, PackageQuality> Quality,
        ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>> Worth) Measure(
        TrainedNetwork network, Recipe recipe, string? root, TextWriter progress)
    {
        if (root is null)
        {
            return (
                ImmutableDictionary<Degradation, PackageQuality>.Empty,
                ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>>.Empty);
        }

        using var photographs = PhotographSet.Load(
            Path.Combine(root, "train"), recipe.Validation.Photographs, ClassifierInput.CropsSide,
            isForClassifier: false, CancellationToken.None);
        var worth = RouteWorth.Measure(network, photographs, progress);
        return (EvalQuality.Measure(network, root, progress), worth);
    }

    private static PackageProvenance Provenance(ExportLabels labels, LoadedRun restoration, LoadedRun? classifier)
    {
        var cpuSeconds = restoration.State.Counters.CpuSeconds + (classifier?.State.Counters.CpuSeconds ?? 0);
        return new PackageProvenance
        {
            TrainingData = labels.TrainingData,
            Licence = labels.Licence,
            Command = classifier is null ? restoration.Command() : $"{restoration.Command()}; {classifier.Command()}",
            Seed = restoration.Recipe.Seed,
            Steps = restoration.State.Counters.Step,
            CpuHours = Math.Round(cpuSeconds / 3600, 2),
            Commit = labels.Commit,
            Notes = labels.Notes,
        };
    }

    private sealed record LoadedRun(
        Recipe Recipe, NetworkDefinition Definition, ParameterVector Layout, TrainingState State) : IDisposable
    {
        /// <param name="folder">Has a checkpoint.</param>
        /// <param name="stateFolder">Where a compact copy of it goes; none where there is to be none.</param>
        public static LoadedRun Load(RunFolder folder, string? stateFolder)
        {
            var recipe = Checkpoint.LoadRecipe(folder.CheckpointPath);
            var definition = NetworkDefinition.Of(recipe);
            var layout = ParameterVector.Of(definition.DrawWeights(recipe.Seed));
            var state = Checkpoint.Load(folder.CheckpointPath, layout, torch.CPU);
            if (stateFolder is not null)
            {
                Directory.CreateDirectory(stateFolder);
                Checkpoint.Save(
                    Path.Combine(stateFolder, $"{recipe.Name}.safetensors"), state, recipe, compact: true);
            }

            return new(recipe, definition, layout, state);
        }

        public NamedTensors Average() => Layout.Unpack(TrainingState.ToArray(State.Average));

        // What was trained, not what was asked for: a run may have been stopped before its budget was spent.
        public string Command()
        {
            var counters = State.Counters;
            return FormattableString.Invariant($"train {Recipe.Name} --seed {Recipe.Seed} ({counters.Step} steps, ")
                + FormattableString.Invariant($"{counters.Position} samples, {counters.TrainedSeconds / 60:F1} ")
                + "minutes on one thread)";
        }

        public void Dispose() => State.Dispose();
    }
}
