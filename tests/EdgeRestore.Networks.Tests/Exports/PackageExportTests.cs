using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Specialisation;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx.Tests;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests.Exports;

public sealed class PackageExportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("edgerestore-package-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_SmallestPreset_GivesAPackageWhoseEveryRouteRuns()
    {
        var package = Export().Write(Path.Combine(folder, "package"));

        Assert.Equal(12, package.Manifest.Routes.Length);
        HashSet<string> outputs = new(StringComparer.Ordinal);
        var frame = new byte[16 * 24 * 3];
        new Random(1).NextBytes(frame);
        foreach (var route in package.Manifest.Routes)
        {
            using var run = new OnnxRun(Path.Combine(folder, "package", route.File));
            var restored = run.Run<byte>(
                ["restored"],
                ("frame", OrtValue.CreateTensorValueFromMemory(frame, [1, 16, 24, 3])),
                ("strength", OrtValue.CreateTensorValueFromMemory<float>([1], [1])))["restored"];
            Assert.Equal([1, 16, 24, 3], restored.Shape);
            outputs.Add(Convert.ToHexString(restored.Values));
        }

        Assert.Equal(12, outputs.Count);
        using var classifier = new OnnxRun(Path.Combine(folder, "package", package.Manifest.Classifier.File));
        var probabilities = classifier.Run<float>(
            ["probabilities"],
            ("thumbnail", OrtValue.CreateTensorValueFromMemory(new byte[128 * 128 * 3], [1, 128, 128, 3])),
            ("crops", OrtValue.CreateTensorValueFromMemory(new byte[192 * 192 * 3], [1, 192, 192, 3])));
        Assert.Equal(1, probabilities["probabilities"].Values.Sum(), 1e-5f);
    }

    [Theory]
    [InlineData("haze.onnx", "edge")]
    [InlineData("low-light_noise.onnx", "edge")]
    [InlineData("classifier.onnx", "dpgnet-s")]
    public async Task Write_AnyGraph_PassesTheReferenceChecker(string file, string graph)
    {
        Export().Write(Path.Combine(folder, "package"));

        Assert.Equal((0, graph), await ReferenceChecker.Check(Path.Combine(folder, "package", file)));
    }

    [Fact]
    public async Task Write_OneImportedNetwork_IsAPackageWhoseRoutesShareIt()
    {
        var source = Export().Write(Path.Combine(folder, "source"));
        var export = new PackageExport
        {
            Name = "symunet",
            Version = "1",
            Network = GoldenWeights.SymUNet,
            Classifier = ExportedClassifier.From(source),
            Provenance = source.Manifest.Provenance,
        };

        var package = export.Write(Path.Combine(folder, "one"));

        Assert.Equal(12, package.Manifest.Routes.Length);
        Assert.All(package.Manifest.Routes, route => Assert.Equal("network.onnx", route.File));
        Assert.Equal(("symunet", 32), (package.Manifest.Network.Family, package.Manifest.Network.SizeMultiple));
        Assert.Equal(source.Manifest.Classifier, package.Manifest.Classifier);
        Assert.Equal((0, "symunet"), await ReferenceChecker.Check(package.GetPath("network.onnx")));
        Assert.Equal((0, "dpgnet-s"), await ReferenceChecker.Check(package.GetPath("classifier.onnx")));
        var again = export.Write(Path.Combine(folder, "again"));
        Assert.Equal(package.Manifest.ToJson(), again.Manifest.ToJson());
        Assert.Equal(Probabilities(source), Probabilities(package));
    }

    [Theory]
    [InlineData("csnet-s", 12)]
    [InlineData("edge-xs", 12)]
    [InlineData("symunet-xs", 1)]
    public void Write_AnyFamily_RoutesGiveWhatTheDynamicNetworkGives(string preset, int graphs)
    {
        var network = NetworkPresets.Create(preset);
        var weights = TestTensors.Trained(network, seed: 3);
        var export = Export() with { Network = new(network, weights) };
        var package = export.Write(Path.Combine(folder, "any"));

        Assert.Equal(graphs, package.Manifest.Routes.Select(route => route.File).Distinct().Count());
        var frame = new byte[32 * 32 * 3];
        new Random(1).NextBytes(frame);
        var dynamicGraph = Path.Combine(folder, "dynamic.onnx");
        File.WriteAllBytes(dynamicGraph, RestorationExport.ToServing(network, weights).ToBytes());
        using var dynamicRun = new OnnxRun(dynamicGraph);
        foreach (var route in package.Manifest.Routes.Where((_, index) => index % 5 == 0))
        {
            (string, OrtValue)[] prompt = network.TakesPrompt
                ? [("prompt", OrtValue.CreateTensorValueFromMemory<long>([DegradationRow.Of(route.Degradation)], [1]))]
                : [];
            using var run = new OnnxRun(package.GetPath(route.File));

            var restored = run.Run<byte>(["restored"], Inputs())["restored"].Values;

            var expected = dynamicRun.Run<byte>(["restored"], [.. Inputs(), .. prompt])["restored"].Values;
            Assert.InRange(expected.Zip(restored, (a, b) => Math.Abs(a - b)).Max(), 0, 1);
        }

        (string, OrtValue)[] Inputs() =>
        [
            ("frame", OrtValue.CreateTensorValueFromMemory(frame, [1, 32, 32, 3])),
            ("strength", OrtValue.CreateTensorValueFromMemory<float>([1], [1])),
        ];
    }

    [Fact]
    public void Write_OneNetworkThatSelects_GivesEachRouteItsGraph()
    {
        var network = NetworkPresets.Create("csnet-s");
        var source = Export().Write(Path.Combine(folder, "source"));

        var package = new PackageExport
        {
            Name = "csnet",
            Version = "1",
            Network = new(network, InitialWeights.Of(network, seed: 1)),
            Classifier = ExportedClassifier.From(source),
            Provenance = source.Manifest.Provenance,
        }.Write(Path.Combine(folder, "one"));

        Assert.Equal(12, package.Manifest.Routes.Select(route => route.File).Distinct().Count());
        Assert.Equal(Probabilities(source), Probabilities(package));
    }

    [Fact]
    public void Write_NetworkThatTakesTokens_HasTheEncoderBesideItsOneGraph()
    {
        var network = WithTokens();
        var encoder = Path.Combine(folder, "clip.onnx");
        var clip = new ClipVision(
            new() { Side = 16, PatchSize = 8, Width = 12, Layers = 1, Heads = 2, Hidden = 24 });
        File.WriteAllBytes(
            encoder, SemanticEncoderExport.ToTokens(clip, InitialWeights.Of(clip, seed: 4)).ToBytes());

        var package = (Export() with
        {
            Network = new(network, InitialWeights.Of(network, seed: 1)),
            EncoderPath = encoder,
        }).Write(Path.Combine(folder, "package"));

        Assert.All(package.Manifest.Routes, route => Assert.Equal("network.onnx", route.File));
        Assert.Equal("encoder.onnx", package.Manifest.Network.Semantic?.File);
        Assert.Equal(File.ReadAllBytes(encoder), File.ReadAllBytes(package.GetPath("encoder.onnx")));
        var error = Assert.Throws<EdgeRestoreException>(
            () => (Export() with { EncoderPath = encoder }).Write(Path.Combine(folder, "other")));
        Assert.Contains("takes no tokens, so it needs no encoder", error.Message);
    }

    [Fact]
    public void Write_NetworkThatTakesTokensWithoutEncoder_IsRefused()
    {
        var network = WithTokens();
        var source = Export().Write(Path.Combine(folder, "source"));

        var error = Assert.Throws<EdgeRestoreException>(() => new PackageExport
        {
            Name = "semantic",
            Version = "1",
            Network = new(network, InitialWeights.Of(network, seed: 1)),
            Classifier = ExportedClassifier.From(source),
            Provenance = source.Manifest.Provenance,
        }.Write(Path.Combine(folder, "one")));

        Assert.Contains(
            "takes semantic tokens of 1024 numbers each. Give the encoder that makes them: --encoder", error.Message);
        Assert.False(Directory.Exists(Path.Combine(folder, "one")));
    }

    private static float[] Probabilities(ModelPackage package)
    {
        using var classifier = new OnnxRun(package.GetPath(package.Manifest.Classifier.File));
        return classifier.Run<float>(
            ["probabilities"],
            ("thumbnail", OrtValue.CreateTensorValueFromMemory(new byte[128 * 128 * 3], [1, 128, 128, 3])),
            ("crops", OrtValue.CreateTensorValueFromMemory(new byte[192 * 192 * 3], [1, 192, 192, 3])))[
            "probabilities"].Values;
    }

    [Fact]
    public void Write_TwelveRoutes_KeepsTheEncodersWeightsOnce()
    {
        Export().Write(Path.Combine(folder, "package"));

        // One route is 0.14 M parameters of 4 bytes, nearly half of them in the encoder and in attention, which all
        // share.
        var route = NetworkCost.Of(new StaticEdgeNetwork(EdgeNetworkConfig.ExtraSmall));
        var shared = new FileInfo(Path.Combine(folder, "package", "weights.bin")).Length;
        Assert.InRange(shared, 4 * route.Parameters, 4 * route.Parameters * 12 * 0.75);
    }

    [Fact]
    public void Write_Twice_GivesTheSameBytes()
    {
        Export().Write(Path.Combine(folder, "first"));
        Export().Write(Path.Combine(folder, "second"));

        foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, "first")))
        {
            var other = Path.Combine(folder, "second", Path.GetFileName(path));
            Assert.True(
                File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(other)), $"{other} differs.");
        }
    }

    [Fact]
    public void Write_Manifest_SaysWhatTheDefinitionCosts()
    {
        var manifest = Export().Write(Path.Combine(folder, "package")).Manifest;

        Assert.Equal("edge-xs", manifest.Network.Preset);
        Assert.Equal(187_282, manifest.Network.Parameters);
        Assert.Equal(8, manifest.Network.SizeMultiple);
        Assert.True(manifest.Routes[0].Parameters < manifest.Network.Parameters);
        Assert.Equal(30.5, manifest.Routes.Single(route => route.Degradation == Degradation.Haze).Quality?.PsnrOut);
    }

    private static SeSymUNet WithTokens() => new(new()
    {
        Body = SymUNetConfig.ExtraSmall,
        AttentionWidths = [16, 16, 16],
        MiddleAttentionWidth = 16,
    });

    private static PackageExport Export()
    {
        var network = new EdgeNetwork(EdgeNetworkConfig.ExtraSmall);
        var classifier = new DpgNet(new());
        return new()
        {
            Name = "test",
            Version = "1.0.0",
            Network = new(network, TestTensors.Trained(network, seed: 1)),
            Classifier = ExportedClassifier.Trained(
                classifier, InitialWeights.Of(classifier, seed: 1), threshold: 0.6),
            Quality = new Dictionary<Degradation, PackageQuality>
            {
                [Degradation.Haze] = new()
                {
                    Protocol = "test",
                    PsnrIn = 12,
                    PsnrOut = 30.5,
                    SsimIn = 0.5,
                    SsimOut = 0.9,
                },
            }.ToImmutableDictionary(),
            Provenance = TestProvenance.Value,
        };
    }
}
