using System.CommandLine;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Packages;
using EdgeRestore.Training.Checkpoints;

namespace EdgeRestore.Training.Commands;

/// <summary><c>export one</c>: the weights of one network to a package that serves.</summary>
internal static class ExportOneCommand
{
    private const string Help = """
        Writes a package of one network's weights, such as an imported SymUNet. Where it takes the frame alone, all
        routes lead to the same graph; where it selects by degradation (csnet, edge-s), each has its own. The
        classifier, which says what frames are clear and pass through, is taken from another package.

        SE-SymUNet takes tokens beside the frame: --encoder is the frozen ONNX model that gives them, weights inside, and goes
        into the package. The manifest says what stands in the place of the published positional embedding (zero).

        Example:
          ./edgerestore export one --weights symunet.safetensors --classifier deploy/models/edgerestore-default --out symunet

        Exit codes: 0 done; 2 wrong command line; 5 cannot run (weights, package, disk).
        """;

    public static Command Build()
    {
        var weights = new Option<string>("--weights")
        {
            Description =
                "What import wrote, or the checkpoint.safetensors of a run, whose averaged weights are taken.",
            Required = true,
        };
        var classifier = new Option<string>("--classifier")
        {
            Description = "The package whose classifier is taken.",
            Required = true,
        };
        var output = new Option<string>("--out") { Description = "Folder of the package.", Required = true };
        var encoder = new Option<string?>("--encoder")
        {
            Description = "ONNX file of the semantic encoder, for se-symunet.",
        };
        var name = new Option<string?>("--name") { Description = "The package's name. Default: the network's." };
        var version = new Option<string>("--version")
        {
            Description = "The package's version.",
            DefaultValueFactory = _ => "0.1.0",
        };
        var data = new Option<string>("--training-data")
        {
            Description = "What was trained on, for the manifest.",
            DefaultValueFactory = _ => "not stated",
        };
        var licence = new Option<string>("--licence")
        {
            Description = "Licence of the weights and of what was trained on, for the manifest.",
            DefaultValueFactory = _ => "not stated: whether the weights may be passed on is not known",
        };
        var replace = new Option<bool>("--replace") { Description = "Replaces a package that is there." };
        var command = new Command("one", Help)
        {
            weights, classifier, encoder, output, name, version, data, licence, replace,
        };
        command.SetAction(result =>
        {
            var path = result.GetRequiredValue(weights);
            var network = Checkpoint.LoadNetwork(path);
            var written = new PackageExport
            {
                Name = result.GetValue(name) ?? network.Network.Preset,
                Version = result.GetRequiredValue(version),
                Network = network,
                Classifier = ExportedClassifier.From(ModelPackage.Open(result.GetRequiredValue(classifier))),
                EncoderPath = result.GetValue(encoder),
                Provenance = new()
                {
                    TrainingData = result.GetRequiredValue(data),
                    Licence = result.GetRequiredValue(licence),
                    Command = Origin(network.Weights.Metadata, path),
                    Seed = 0,
                    Steps = 0,
                    CpuHours = 0,
                    Commit = "",
                    Notes = $"The classifier is that of {result.GetRequiredValue(classifier)}.",
                },
            }.Write(result.GetRequiredValue(output), result.GetValue(replace));
            result.InvocationConfiguration.Output.WriteLine(
                $"Wrote {written.Directory}: {network.Network.Preset} for {written.Manifest.Routes.Length} routes, "
                + $"{written.Manifest.Files.Sum(file => file.LengthBytes) / 1e6:F1} MB.");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Origin(IReadOnlyDictionary<string, string> metadata, string path) =>
        metadata.TryGetValue("origin", out var origin) && metadata.TryGetValue("origin-sha256", out var hash)
            ? $"import {origin} (SHA-256 {hash})"
            : $"export one --weights {Path.GetFileName(path)}";
}
