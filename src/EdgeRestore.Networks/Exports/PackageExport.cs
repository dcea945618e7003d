using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// Trained networks to a package: one static graph per degradation where the network selects by it, else one for all;
/// the classifier, one file of weights.
/// </summary>
public sealed record PackageExport
{
    private const string ClassifierFile = "classifier.onnx";

    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Takes the frame alone, a degradation, or tokens.</summary>
    public required RestorationNetwork Network { get; init; }

    /// <summary>Of the network as it was trained.</summary>
    public required NamedTensors NetworkWeights { get; init; }

    /// <summary>
    /// The encoder's ONNX file, its weights inside, where the network takes tokens; none where it takes none.
    /// </summary>
    public string? EncoderPath { get; init; }

    /// <summary>With the calibrated temperature.</summary>
    public required ClassifierNetwork Classifier { get; init; }

    public required NamedTensors ClassifierWeights { get; init; }

    /// <summary>Confidence under which frames pass through.</summary>
    public required double Threshold { get; init; }

    public required PackageProvenance Provenance { get; init; }

    /// <summary>Measured quality by degradation, where it was measured.</summary>
    public ImmutableDictionary<Degradation, PackageQuality> Quality { get; init; } =
        ImmutableDictionary<Degradation, PackageQuality>.Empty;

    /// <summary>What each route changes on frames of each degradation, where it was measured.</summary>
    public ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>> PsnrChange { get; init; } =
        ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>>.Empty;

    /// <summary>Writes the package; the same weights give the same bytes.</summary>
    /// <exception cref="PackageException">Nothing was written.</exception>
    public ModelPackage Write(string directory, bool replace = false)
    {
        var shared = new ExternalData("weights.bin");
        var (routes, graphs) = RouteGraphs.Build(Network, NetworkWeights, shared, EncoderPath);
        var classifierBytes = ClassifierExport.ToServing(Classifier, ClassifierWeights).ToBytes(shared);
        var manifest = new PackageManifest
        {
            Name = Name,
            Version = Version,
            Network = RouteGraphs.Describe(Network),
            Classifier = new()
            {
                File = ClassifierFile,
                Network = Classifier.Preset,
                Parameters = NetworkCost.Of(Classifier).Parameters,
                Temperature = Classifier.Temperature,
                Threshold = Threshold,
            },
            Routes =
            [
                .. routes.Select(route => route with
                {
                    Quality = Quality.GetValueOrDefault(route.Degradation),
                    PsnrChange = PsnrChange.GetValueOrDefault(route.Degradation),
                }),
            ],
            Provenance = Provenance,
        };
        return PackageWriter.Write(
            directory,
            manifest,
            [
                .. graphs,
                PackageContent.FromBytes(ClassifierFile, classifierBytes),
                PackageContent.FromBytes(shared.FileName, shared.ToArray()),
            ],
            replace);
    }
}
