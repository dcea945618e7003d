using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Networks;
using EdgeRestore.Networks.Exports;
using EdgeRestore.Networks.Weights;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>A SymUNet as <c>import</c> and <c>export one</c> leave it: one network for all twelve routes.</summary>
public sealed class ImportedNetworkTests(DefaultPackage package) : IClassFixture<DefaultPackage>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Auto_SymUNetOfWidth16_WritesAPackageThatRestores()
    {
        for (var seed = 0; seed < 5; seed++)
        {
            _folder.SaveScene($"frames/clear/{seed}.png", seed);
        }

        var network = new SymUNet(SymUNetConfig.Small with
        {
            EncoderBlocks = [1, 1, 1],
            MiddleBlocks = 1,
            DecoderBlocks = [1, 1, 1],
        });
        var source = new PackageExport
        {
            Name = "imported",
            Version = "0.1.0",
            Network = new(network, InitialWeights.Of(network, 3)),
            Classifier = ExportedClassifier.From(package.Package),
            Provenance = package.Package.Manifest.Provenance,
        }.Write(_folder.PathOf("source"));
        var (output, error) = (new StringWriter(), new StringWriter());

        var code = await CommandLine.RunAsync(
            [
                "auto", source.Directory, "--frames", _folder.PathOf("frames"), "--out", _folder.PathOf("out"),
                "--per-route", "1",
                "--side", "64", "--speed-size", "64x64", "--threads", "1",
            ],
            output, error);

        // Whether 8 bits pay is the machine's to say; the package holds either way, and the report tells why.
        var route = Assert.Single(PackageOutcome.Load(_folder.PathOf("out.report/quantization.json")).Routes);
        Assert.True(code == (route.IsTaken ? ExitCode.Done : ExitCode.PartFailed), output.ToString() + error);
        Assert.Equal(12, route.Costs.Length);
        Assert.NotEqual("", route.Reason);
        var written = ModelPackage.Open(_folder.PathOf("out"));
        Assert.All(written.Manifest.Routes, each => Assert.Equal(route.IsTaken ? 1 : 0, each.Variants?.Length ?? 0));
        using var restorer = Restorer.Load(written, new RestorerOptions { Device = "cpu", Threads = 1 });
        using var frame = TestFolder.DrawScene(9, 96, 80);
        using var restored = Frame.Rent(96, 80, PixelFormat.Rgb24);
        var result = restorer.Restore(
            frame, restored, restorer.CreateRouter(new RoutingOptions { FixedRoute = Degradation.Noise }), 1,
            CancellationToken.None);
        Assert.Equal((RestoreError.None, false), (result.Error, result.Bypassed));
    }
}
