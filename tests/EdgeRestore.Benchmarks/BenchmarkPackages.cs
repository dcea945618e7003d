using EdgeRestore.Degradations;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Benchmarks;

/// <summary>What is measured: the package, its network with and without selection, and one that does nothing.</summary>
internal sealed class BenchmarkPackages(BenchmarkOptions options, string scratch)
{
    // Time does not depend on the values of weights, as long as they are no denormals.
    private const int Seed = 1;

    private static readonly EdgeNetworkConfig Config = EdgeNetworkConfig.Small;

    private ModelPackage? _default;
    private ModelPackage? _identity;

    /// <summary>
    /// The package that the options name, else the one that comes with the program, else one untrained.
    /// </summary>
    public ModelPackage Default => _default ??= (options.Package ?? FindShipped()) is { } directory
        ? ModelPackage.Open(directory)
        : WriteUntrained();

    /// <summary>Hands bytes through.</summary>
    public ModelPackage Identity => _identity ??=
        (TestPackage.Of(new TestNetwork.Copy()) with { Name = "identity" }).Write(Path.Combine(scratch, "identity"));

    /// <summary>Writes the subnetwork of a degradation; without selection it keeps all channels.</summary>
    /// <returns>The graph's path.</returns>
    public string WriteGraph(bool isSelected)
    {
        var config = isSelected ? Config : Config with
        {
            Selection = new ChannelSelection { SkipKept = 1, FeedForwardKept = 1 },
        };
        var weights = StaticWeights.Of(config, InitialWeights.Of(new EdgeNetwork(config), Seed), Degradation.Noise);
        var path = Path.Combine(scratch, isSelected ? "selected.onnx" : "full.onnx");
        File.WriteAllBytes(path, RestorationExport.ToServing(new StaticEdgeNetwork(config), weights).ToBytes());
        return path;
    }

    private static string? FindShipped()
    {
        var directory = Path.Combine(
            Environment.GetEnvironmentVariable("EDGERESTORE_ROOT") ?? "", "deploy/models/edgerestore-default");
        return Directory.Exists(directory) ? directory : null;
    }

    private ModelPackage WriteUntrained()
    {
        var network = new EdgeNetwork(Config);
        var classifier = new DpgNet(new());
        return new PackageExport
        {
            Name = "untrained",
            Version = "0.0.0",
            Network = new(network, InitialWeights.Of(network, Seed)),
            Classifier = ExportedClassifier.Trained(classifier, InitialWeights.Of(classifier, Seed), threshold: 0.5),
            Provenance = new PackageProvenance
            {
                TrainingData = "none",
                Licence = "Apache-2.0",
                Command = "bench",
                Seed = Seed,
                Steps = 0,
                CpuHours = 0,
                Commit = "",
                Notes = "untrained: for timing only",
            },
        }.Write(Path.Combine(scratch, "untrained"));
    }
}
