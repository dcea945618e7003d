using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// One network that restores every degradation to a package: all routes lead to the same graph, and the classifier of
/// another package says which frames are clear.
/// </summary>
public sealed record OneNetworkExport
{
    private const string NetworkFile = "network.onnx";

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required NetworkWeights Network { get; init; }

    /// <summary>The package whose classifier is taken, with its threshold.</summary>
    public required ModelPackage ClassifierFrom { get; init; }

    public required PackageProvenance Provenance { get; init; }

    /// <summary>Writes the package; the same weights give the same bytes.</summary>
    /// <exception cref="EdgeRestoreException">The network takes more than a frame; nothing was written.</exception>
    /// <exception cref="PackageException">Nothing was written.</exception>
    public ModelPackage Write(string directory, bool replace = false)
    {
        var (network, weights) = Network;
        if (network.Prompt is { } prompt)
        {
            throw new EdgeRestoreException(
                $"The network '{network.Preset}' takes {prompt.Meaning} besides the frame, which no route of a package "
                + "gives. Allowed are networks that take the frame alone, such as symunet.");
        }

        var shared = new ExternalData("weights.bin");
        var classifier = ClassifierFrom.Manifest.Classifier;
        var classifierBytes = OnnxFile.Read(ClassifierFrom.GetPath(classifier.File)).ToBytes(shared);
        var networkBytes = RestorationExport.ToServing(network, weights).ToBytes(shared);
        var cost = NetworkCost.Of(network);
        var manifest = new PackageManifest
        {
            Name = Name,
            Version = Version,
            Network = new()
            {
                Family = network.Family,
                Preset = network.Preset,
                Parameters = cost.Parameters,
                SizeMultiple = network.SizeMultiple,
                MinSidePixels = network.MinSidePixels,
            },
            Classifier = classifier,
            Routes =
            [
                .. DegradationNames.All.Where(degradation => degradation != Degradation.Clear).Select(
                    degradation => new PackageRoute
                    {
                        Degradation = degradation,
                        File = NetworkFile,
                        Precision = "fp32",
                        Parameters = cost.Parameters,
                        MacsPerPixel = cost.MacsPerPixel,
                    }),
            ],
            Provenance = Provenance,
        };
        return PackageWriter.Write(
            directory,
            manifest,
            [
                PackageContent.FromBytes(NetworkFile, networkBytes),
                PackageContent.FromBytes(classifier.File, classifierBytes),
                PackageContent.FromBytes(shared.FileName, shared.ToArray()),
            ],
            replace);
    }
}
