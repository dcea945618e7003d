using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Tests;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests.Semantics;

/// <summary>A tiny CSNet and classifiers whose embeddings are as long as its prompts.</summary>
public sealed class UnsnappedRestorerTests : IDisposable
{
    private static readonly int PromptSize = NarrowNetworks.CSNet.PromptSize;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-unsnapped-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Restore_BothClassifiers_GivesAFrameThatTheEmbeddingSteers(bool isPublished)
    {
        var package = WritePackage(isPublished, PromptSize);
        using var unsnapped = UnsnappedRestorer.Load(WriteNetwork(), package, new RestorerOptions());
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu" });
        using var input = TestFrames.Create(96, 80, Degradation.Noise, isCertain: true, blue: 20);
        using var output = Frame.Rent(96, 80, PixelFormat.Rgb24);

        unsnapped.Restore(input, output);

        Assert.False(output.Pixels.SequenceEqual(input.Pixels));
        using var served = Frame.Rent(96, 80, PixelFormat.Rgb24);
        var result = restorer.Restore(
            input, served, restorer.CreateRouter(new RoutingOptions { Threshold = 0 }), 1, CancellationToken.None);
        Assert.Null(result.Detail);
        Assert.InRange(result.Confidence, 1f / DegradationNames.Count, 1f);
    }

    [Fact]
    public void Load_EmbeddingsOfAnotherSize_SaysHowToTrainThem()
    {
        var error = Assert.Throws<EngineException>(
            () => UnsnappedRestorer.Load(WriteNetwork(), WritePackage(true, 9), new RestorerOptions()));

        Assert.Contains("takes embeddings of 6 numbers", error.Message, StringComparison.Ordinal);
        Assert.Contains("gives 9", error.Message, StringComparison.Ordinal);
    }

    private string WriteNetwork()
    {
        var network = new CSNet(NarrowNetworks.CSNet) { TakesEmbedding = true, EmbeddingLength = 1 };
        var path = Path.Combine(_folder, "unsnapped.onnx");
        File.WriteAllBytes(path, RestorationExport.ToServing(network, InitialWeights.Of(network, seed: 3)).ToBytes());
        return path;
    }

    private ModelPackage WritePackage(bool isPublished, int embeddingSize)
    {
        ClassifierNetwork classifier = isPublished
            ? new DpgResNet(new() { Side = 29, Widths = [4, 6], Hidden = 10, EmbeddingSize = embeddingSize })
            : new DpgNet(new() { Widths = [4, 6], HiddenSize = 8, EmbeddingSize = embeddingSize });
        var network = new CSNet(NarrowNetworks.CSNet);
        return new PackageExport
        {
            Name = "narrow",
            Version = "0.0.0",
            Network = new(network, InitialWeights.Of(network, seed: 3)),
            Classifier = ExportedClassifier.Trained(
                classifier, InitialWeights.Of(classifier, seed: 4), threshold: 0),
            Provenance = TestProvenance.Value,
        }.Write(Path.Combine(_folder, "package"));
    }
}
