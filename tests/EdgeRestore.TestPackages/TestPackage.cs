using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.TestPackages;

/// <summary>A small real package: real graphs, shared weights, hashes in order.</summary>
public sealed record TestPackage
{
    public string Name { get; init; } = "test";

    public string Version { get; init; } = "1.0.0";

    /// <summary>Default: every subnetwork adds <see cref="LevelsOf"/>, so that results tell the route.</summary>
    public ImmutableSortedDictionary<Degradation, TestNetwork> Routes { get; init; } =
        DegradationNames.All.Where(degradation => degradation != Degradation.Clear).ToImmutableSortedDictionary(
            degradation => degradation, TestNetwork (degradation) => new TestNetwork.Add(LevelsOf(degradation)));

    public TestClassifier Classifier { get; init; } = TestClassifier.Colour;

    public double Threshold { get; init; } = 0.6;

    /// <summary>What a route is said to change on frames of a degradation, in dB; null for a package that does not
    /// say.</summary>
    public Func<Degradation, Degradation, double>? PsnrChange { get; init; }

    public int MinSidePixels { get; init; } = 16;

    /// <summary>All routes lead to the graph of the first one.</summary>
    public bool IsOneGraph { get; init; }

    /// <summary>What the default subnetwork of a degradation adds.</summary>
    public static int LevelsOf(Degradation degradation) => 2 * (int)degradation;

    /// <summary>A package with one subnetwork for every degradation.</summary>
    public static TestPackage Of(TestNetwork network) => new()
    {
        Routes = new TestPackage().Routes.ToImmutableSortedDictionary(route => route.Key, _ => network),
    };

    /// <summary>Writes the package into a folder that must not exist or be empty.</summary>
    public ModelPackage Write(string directory)
    {
        var weights = new ExternalData("weights.bin");
        var contents = new List<PackageContent>
        {
            PackageContent.FromBytes("classifier.onnx", TestGraphs.Classifier(Classifier).ToBytes(weights)),
        };
        foreach (var (degradation, network) in Routes.Take(IsOneGraph ? 1 : Routes.Count))
        {
            // Unbuildable: an ONNX header and nothing after it.
            contents.Add(PackageContent.FromBytes(
                FileOf(degradation),
                network is TestNetwork.Unbuildable ? [8, 10] : TestGraphs.Subnetwork(network).ToBytes(weights)));
        }

        contents.Add(PackageContent.FromBytes("weights.bin", weights.ToArray()));
        return PackageWriter.Write(directory, CreateManifest(), contents);
    }

    private string FileOf(Degradation degradation) =>
        (IsOneGraph ? Routes.First().Key : degradation).ToFileName() + ".onnx";

    private PackageManifest CreateManifest() => new()
    {
        Name = Name,
        Version = Version,
        Network = new PackageNetwork
        {
            Family = "test",
            Preset = "test",
            Parameters = 0,
            SizeMultiple = 1,
            MinSidePixels = MinSidePixels,
        },
        Classifier = new PackageClassifier
        {
            File = "classifier.onnx",
            Network = "colour",
            Parameters = 13,
            Temperature = 1,
            Threshold = Threshold,
        },
        Routes =
        [
            .. Routes.Keys.Select(degradation => new PackageRoute
            {
                Degradation = degradation,
                File = FileOf(degradation),
                Precision = "fp32",
                Parameters = 0,
                MacsPerPixel = 0,
                PsnrChange = PsnrChange is null ? null : DegradationNames.All.ToImmutableSortedDictionary(
                    given => given.ToName(), given => PsnrChange(degradation, given), StringComparer.Ordinal),
            }),
        ],
        Provenance = TestProvenance.Value,
    };
}
