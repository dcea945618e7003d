using System.CommandLine;
using System.Text;
using EdgeRestore.Training.Loop;

namespace EdgeRestore.Training.Commands;

/// <summary><c>export</c>: training runs to a package.</summary>
internal static class ExportCommand
{
    // A run does not know whose its photographs were: a guess would be a false statement about what may be done with
    // the weights.
    private const string NotStated = "not stated";

    private const string Help = """
        Writes a package from a restoration run and a classifier: one static graph per degradation with the channels that
        it selected (one graph for all where the network takes the frame alone), the classifier with its calibrated
        temperature, one file of shared weights, and a manifest with seeds, steps and core-hours as they were counted.
        Averaged weights are exported, not the last ones. The classifier is that of a run or of another package. The
        encoder that an SE-SymUNet takes its tokens from goes into the package, its weights inside its file.

        Examples:
          ./edgerestore export --restoration .edgerestore/runs/edge-s --classifier .edgerestore/runs/dpgnet-s --out deploy/models/default
          ./edgerestore export --restoration .edgerestore/runs/edge-s --classifier deploy/models/edgerestore-default --out mine
          ./edgerestore export … --photographs .edgerestore/photographs     also measures every route: by eval-v1, for the manifest;
                                                              on validation photographs under every degradation, for routing
          ./edgerestore export … --state deploy/training                    also keeps both checkpoints in their compact form
          ./edgerestore export onnx --weights symunet.safetensors --out symunet.onnx      one network as one ONNX file
          ./edgerestore export one --weights symunet.safetensors --classifier deploy/models/edgerestore-default --out symunet
                                                              imported weights as a package

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (run, package, photographs, disk).
        """;

    public static Command Build()
    {
        var restoration = new Option<string>("--restoration")
        {
            Description = "Run folder of the restoration network.",
            Required = true,
        };
        var classifier = new Option<string>("--classifier")
        {
            Description = "Run folder of the classifier, or a package whose classifier is taken.",
            Required = true,
        };
        var encoder = new Option<string?>("--encoder")
        {
            Description = "ONNX file of the semantic encoder, for se-symunet. Default: the one that the recipe names.",
        };
        var output = new Option<string>("--out") { Description = "Folder of the package.", Required = true };
        var name = Text("--name", "The package's name.", "edgerestore-default");
        var version = Text("--version", "The package's version.", "0.1.0");
        var threshold = new Option<double>("--threshold")
        {
            Description = "Confidence under which frames pass through unchanged; a package's classifier keeps its own.",
            DefaultValueFactory = _ => 0.4,
        };
        var data = Text("--training-data", "What was trained on, for the manifest.", NotStated);
        var licence = Text("--licence", "Licence of what was trained on, for the manifest.", NotStated);
        var commit = Text("--commit", "Commit of the trainer, for the manifest.", "");
        var notes = Text("--notes", "Anything else, for the manifest.", "");
        var photographs = new Option<string?>("--photographs")
        {
            Description = "Folder with prepared photographs (train, held-out); measures the routes.",
        };
        var state = new Option<string?>("--state")
        {
            Description = "Folder for compact checkpoints, from which training can go on.",
        };
        var replace = new Option<bool>("--replace") { Description = "Replaces a package that is there." };
        var json = new Option<bool>("--json") { Description = "Prints the manifest instead of a sentence." };
        var command = new Command("export", Help)
        {
            restoration, classifier, encoder, output, name, version, threshold, data, licence, commit, notes,
            photographs,
            state, replace, json,
        };
        command.Add(ExportOnnxCommand.Build());
        command.Add(ExportOneCommand.Build());
        command.SetAction(result =>
        {
            var request = new ExportRequest(
                result.GetRequiredValue(restoration),
                result.GetRequiredValue(classifier),
                result.GetRequiredValue(output),
                new(
                    result.GetRequiredValue(name),
                    result.GetRequiredValue(version),
                    result.GetRequiredValue(data),
                    result.GetRequiredValue(licence),
                    result.GetRequiredValue(commit),
                    result.GetRequiredValue(notes)))
            {
                EncoderPath = result.GetValue(encoder),
                Threshold = result.GetValue(threshold),
                PhotographRoot = result.GetValue(photographs),
                StateFolder = result.GetValue(state),
                Replace = result.GetValue(replace),
            };
            var written = RunExport.Write(request, Console.Error);
            result.InvocationConfiguration.Output.WriteLine(result.GetValue(json)
                ? Encoding.UTF8.GetString(written.Manifest.ToJson())
                : $"Wrote {written.Directory}: {written.Manifest.Routes.Length} routes, "
                    + $"{written.Manifest.Files.Sum(file => file.LengthBytes) / 1e6:F1} MB.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<string> Text(string name, string description, string value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}

/// <summary>What is exported from where.</summary>
/// <param name="Restoration">Run folder.</param>
/// <param name="Classifier">Run folder or package.</param>
internal sealed record ExportRequest(string Restoration, string Classifier, string OutputFolder, ExportLabels Labels)
{
    /// <summary>Instead of the file that the recipe names.</summary>
    public string? EncoderPath { get; init; }

    public double Threshold { get; init; }

    public string? PhotographRoot { get; init; }

    public string? StateFolder { get; init; }

    public bool Replace { get; init; }
}

/// <summary>What the manifest says besides what was measured and counted.</summary>
internal sealed record ExportLabels(
    string Name, string Version, string TrainingData, string Licence, string Commit = "", string Notes = "");
