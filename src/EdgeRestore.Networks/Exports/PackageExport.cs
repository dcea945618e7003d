using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>
/// Trained networks to a package: one static graph per degradation, the classifier, one file of weights.
/// </summary>
public sealed record PackageExport
{
    private const string ClassifierFile = "classifier.onnx";

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required EdgeNetworkConfig Network { get; init; }

    /// <summary>Of the network that selects by prompt.</summary>
    public required NamedTensors NetworkWeights { get; init; }

    /// <summary>With the calibrated temperature.</summary>
    public required DpgNetConfig Classifier { get; init; }

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
        var subnetwork = new StaticEdgeNetwork(Network);
        var cost = NetworkCost.Of(subnetwork);
        List<PackageContent> contents = [];
        List<PackageRoute> routes = [];
        foreach (var degradation in DegradationNames.All.Where(degradation => degradation != Degradation.Clear))
        {
            var weights = StaticWeights.Of(Network, NetworkWeights, degradation);
            var file = degradation.ToFileName() + ".onnx";
            contents.Add(PackageContent.FromBytes(
                file, RestorationExport.ToServing(subnetwork, weights).ToBytes(shared)));
            routes.Add(new()
            {
                Degradation = degradation,
                File = file,
                Precision = "fp32",
                Parameters = cost.Parameters,
                MacsPerPixel = cost.MacsPerPixel,
                Quality = Quality.GetValueOrDefault(degradation),
                PsnrChange = PsnrChange.GetValueOrDefault(degradation),
            });
        }

        var classifier = new DpgNet(Classifier);
        contents.Add(PackageContent.FromBytes(
            ClassifierFile, ClassifierExport.ToServing(classifier, ClassifierWeights).ToBytes(shared)));
        contents.Add(PackageContent.FromBytes(shared.FileName, shared.ToArray()));
        return PackageWriter.Write(directory, Manifest(subnetwork, routes), contents, replace);
    }

    private PackageManifest Manifest(StaticEdgeNetwork subnetwork, IEnumerable<PackageRoute> routes) => new()
    {
        Name = Name,
        Version = Version,
        Network = new()
        {
            Family = subnetwork.Family,
            Preset = Network.Preset,
            Parameters = NetworkCost.Of(new EdgeNetwork(Network)).Parameters,
            SizeMultiple = subnetwork.SizeMultiple,
            MinSidePixels = subnetwork.MinSidePixels,
        },
        Classifier = new()
        {
            File = ClassifierFile,
            Network = Classifier.Preset,
            Parameters = NetworkCost.Of(new DpgNet(Classifier)).Parameters,
            Temperature = Classifier.Temperature,
            Threshold = Threshold,
        },
        Routes = [.. routes],
        Provenance = Provenance,
    };
}
