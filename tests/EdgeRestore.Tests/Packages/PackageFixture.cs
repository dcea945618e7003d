using System.Security.Cryptography;
using System.Text;
using EdgeRestore.Degradations;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Tests.Packages;

/// <summary>A temporary folder with a package of three small files, and ways to damage it.</summary>
internal sealed class PackageFixture : IDisposable
{
    public PackageFixture()
    {
        Root = Directory.CreateTempSubdirectory("edgerestore-package-").FullName;
        PackagePath = Path.Combine(Root, "package");
    }

    public string Root { get; }

    public string PackagePath { get; }

    public string ManifestPath => Path.Combine(PackagePath, PackageManifest.FileName);

    public static PackageManifest Manifest { get; } = new()
    {
        Name = "test",
        Version = "1.0.0",
        Network = new PackageNetwork
        {
            Family = "edge",
            Preset = "edge-s",
            Parameters = 10,
            SizeMultiple = 8,
            MinSidePixels = 16,
        },
        Classifier = new PackageClassifier
        {
            File = "classifier.onnx",
            Network = "dpgnet-s",
            Parameters = 5,
            Temperature = 0.05,
            Threshold = 0.6,
        },
        Routes =
        [
            new PackageRoute
            {
                Degradation = Degradation.Noise, File = "noise.onnx", Precision = "fp32", Parameters = 9,
                MacsPerPixel = 12.5,
                Quality = new PackageQuality
                {
                    Protocol = "eval-v1", PsnrIn = 20.5, PsnrOut = 28.25, SsimIn = 0.5, SsimOut = 0.75,
                },
            },
        ],
        Provenance = TestProvenance.Value,
    };

    public static IReadOnlyList<PackageContent> Contents { get; } =
    [
        PackageContent.FromBytes("weights.bin", RandomNumberGenerator.GetBytes(1000)),
        PackageContent.FromBytes("classifier.onnx", GraphWithWeightsFrom("weights.bin")),
        PackageContent.FromBytes("noise.onnx", GraphWithWeightsFrom("weights.bin")),
    ];

    /// <summary>The smallest ONNX file that takes a tensor from another file.</summary>
    public static byte[] GraphWithWeightsFrom(string location)
    {
        var entry = Concat(Field(1, "location"u8.ToArray()), Field(2, Encoding.UTF8.GetBytes(location)));
        var tensor = Field(13, entry);
        var graph = Field(5, tensor);
        return Concat([0x08, 0x0A], Field(7, graph));
    }

    /// <summary>The same, with the tensor in an attribute of a node of a subgraph.</summary>
    public static byte[] GraphWithNestedWeightsFrom(string location)
    {
        var inner = GraphWithWeightsFrom(location)[4..];
        var attribute = Field(6, inner);
        return Field(7, Field(1, Field(5, attribute)));
    }

    public static byte[] Field(int number, byte[] content)
    {
        Assert.InRange(content.Length, 0, 127);
        return Concat([(byte)((number << 3) | 2), (byte)content.Length], content);
    }

    public ModelPackage Write() => PackageWriter.Write(PackagePath, Manifest, Contents);

    /// <summary>Writes a valid package, then replaces text in its manifest.</summary>
    public void WriteWithManifest(string find, string replacement)
    {
        Write();
        var text = File.ReadAllText(ManifestPath);
        Assert.Contains(find, text, StringComparison.Ordinal);
        File.WriteAllText(ManifestPath, text.Replace(find, replacement, StringComparison.Ordinal));
    }

    /// <summary>Writes a package with another noise graph, its hash in order.</summary>
    public void WriteWithGraph(byte[] graph) =>
        PackageWriter.Write(
            PackagePath, Manifest, [.. Contents.Take(2), PackageContent.FromBytes("noise.onnx", graph)]);

    public PackageException AssertRefused(params string[] expectedInMessage)
    {
        var exception = Assert.Throws<PackageException>(() => ModelPackage.Open(PackagePath));
        foreach (var expected in expectedInMessage)
        {
            Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
        }

        return exception;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static byte[] Concat(params byte[][] parts) => [.. parts.SelectMany(part => part)];
}
