using System.Text;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests.Semantics;

/// <summary>A tiny SE-SymUNet with its encoder as a package that serves.</summary>
public sealed class SemanticServingTests : IDisposable
{
    private const int TokenSize = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-semantic-").FullName;
    private readonly ModelPackage _package;

    public SemanticServingTests() => _package = WritePackage();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Manifest_SaysWhatStandsForThePositionalEmbedding_AndRefusesWhatIsUnknown()
    {
        var read = PackageManifest.Parse(_package.Manifest.ToJson());

        Assert.Equal(
            new PackageSemantic { File = "encoder.onnx", TokenSize = TokenSize, PositionalEmbedding = "zero" },
            read.Network.Semantic);
        var other = Encoding.UTF8.GetString(_package.Manifest.ToJson())
            .Replace(
                "\"positionalEmbedding\": \"zero\"", "\"positionalEmbedding\": \"noise\"", StringComparison.Ordinal);
        var error = Assert.Throws<PackageException>(() => PackageManifest.Parse(Encoding.UTF8.GetBytes(other)));
        Assert.Contains("'noise'", error.Message, StringComparison.Ordinal);
    }

    // The second frame's result tells whose tokens it had: those of the first frame where they are made once.
    [Fact]
    public void Restore_TokensOncePerScene_KeepsThoseOfTheFirstFrame()
    {
        var (alone, always) = (RestoreSecond(1, withFirst: false), RestoreSecond(1, withFirst: true));
        var once = RestoreSecond(0, withFirst: true);

        Assert.Equal(alone, always);
        Assert.NotEqual(alone, once);
        Assert.NotEqual(alone, RestoreSecond(2, withFirst: true));
    }

    private byte[] RestoreSecond(int tokensEvery, bool withFirst)
    {
        using var restorer = Restorer.Load(
            _package, new RestorerOptions { Device = "cpu", TokensEveryFrames = tokensEvery });
        var router = restorer.CreateRouter(new RoutingOptions { FixedRoute = Degradation.Noise });
        using var first = TestFrames.Create(70, 66, Degradation.Haze, isCertain: true, blue: 200);
        using var second = TestFrames.Create(70, 66, Degradation.Noise, isCertain: true, blue: 20);
        using var output = Frame.Rent(70, 66, PixelFormat.Rgb24);
        if (withFirst)
        {
            Assert.Null(restorer.Restore(first, output, router, 1, CancellationToken.None).Detail);
        }

        Assert.Null(restorer.Restore(second, output, router, 1, CancellationToken.None).Detail);
        return output.Pixels.ToArray();
    }

    private ModelPackage WritePackage()
    {
        var network = new SeSymUNet(new()
        {
            Body = new()
            {
                Width = 4,
                EncoderBlocks = [1, 1],
                MiddleBlocks = 1,
                DecoderBlocks = [1, 1],
            },
            SemanticSize = TokenSize,
            AttentionWidths = [8, 8],
            AttentionHeads = [1, 2],
            PatchSizes = [4, 4],
            MiddleAttentionWidth = 16,
            MiddleAttentionHeads = 2,
        });
        var weights = InitialWeights.Of(network, seed: 5);

        // Fresh exchanges change next to nothing.
        foreach (var tensor in weights.Where(tensor => tensor.Name.EndsWith(".alpha", StringComparison.Ordinal)))
        {
            tensor.Values.AsSpan().Fill(1);
        }

        var encoder = new ClipVision(
            new() { Side = 16, PatchSize = 8, Width = TokenSize, Layers = 1, Heads = 2, Hidden = 24 });
        var path = Path.Combine(_folder, "clip.onnx");
        File.WriteAllBytes(
            path, SemanticEncoderExport.ToTokens(encoder, InitialWeights.Of(encoder, seed: 4)).ToBytes());
        return new PackageExport
        {
            Name = "semantic",
            Version = "0.0.0",
            Network = new(network, weights),
            Classifier = ExportedClassifier.From(new TestPackage().Write(Path.Combine(_folder, "classifier"))),
            EncoderPath = path,
            Provenance = TestProvenance.Value,
        }.Write(Path.Combine(_folder, "package"));
    }
}
