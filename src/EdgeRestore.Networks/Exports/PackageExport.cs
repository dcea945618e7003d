using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// Networks to a package: one static graph per degradation where the network selects by it, else one for all; the
/// classifier, one file of weights.
/// </summary>
public sealed record PackageExport
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Takes the frame alone, a degradation, or tokens; with its weights as they were trained.</summary>
    public required NetworkWeights Network { get; init; }

    public required ExportedClassifier Classifier { get; init; }

    /// <summary>
    /// The encoder's ONNX file, its weights inside, where the network takes tokens; none where it takes none.
    /// </summary>
    public string? EncoderPath { get; init; }

    public required PackageProvenance Provenance { get; init; }

    /// <summary>Measured quality by degradation, where it was measured.</summary>
    public ImmutableDictionary<Degradation, PackageQuality> Quality { get; init; } =
        ImmutableDictionary<Degradation, PackageQuality>.Empty;

    /// <summary>What each route changes on frames of each degradation, where it was measured.</summary>
    public ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>> PsnrChange { get; init; } =
        ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>>.Empty;

    /// <summary>Writes the package; the same weights give the same bytes.</summary>
    /// <exception cref="EdgeRestoreException">
    /// The network takes what no route gives; nothing was written.
    /// </exception>
    /// <exception cref="PackageException">Nothing was written.</exception>
    public ModelPackage Write(string directory, bool replace = false)
    {
        var (network, weights) = Network;
        var shared = new ExternalData("weights.bin");
        var (routes, graphs) = RouteGraphs.Build(network, weights, shared, EncoderPath);
        var classifier = Classifier.ToContent(shared);
        var manifest = new PackageManifest
        {
            Name = Name,
            Version = Version,
            Network = RouteGraphs.Describe(network),
            Classifier = Classifier.Entry,
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
            [.. graphs, classifier, PackageContent.FromBytes(shared.FileName, shared.ToArray())],
            replace);
    }
}
