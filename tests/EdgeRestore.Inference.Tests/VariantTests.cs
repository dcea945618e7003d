using EdgeRestore.Degradations;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>A package with several forms of a route runs the one that suits the device.</summary>
public sealed class VariantTests : IDisposable
{
    private const int VariantLevels = 50;

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-variants-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("int8", "cpu", VariantLevels)]
    [InlineData("fp32", "cpu", 2)]
    [InlineData("fp16", "cpu", 2)]
    [InlineData("int8", "cuda", 2)]
    public void Load_PrecisionAskedFor_RunsThatFormWhereThereIsOneForTheDevice(
        string precision, string provider, int added)
    {
        using var restorer = Restorer.Load(
            Write(new TestNetwork.Add(2), new TestNetwork.Add(VariantLevels), provider),
            new RestorerOptions { Device = "cpu", Precision = precision });

        Assert.Equal(added, AddedBy(restorer, Degradation.Noise));
    }

    [Fact]
    public void Load_RouteWithoutVariant_RunsItsOwnGraphBesideOthers()
    {
        using var restorer = Restorer.Load(
            Write(new TestNetwork.Add(2), new TestNetwork.Add(VariantLevels), "cpu"),
            new RestorerOptions { Device = "cpu", Precision = "int8" });

        Assert.Equal(2, AddedBy(restorer, Degradation.Rain));
    }

    [Theory]
    [InlineData("int8", "int8")]
    [InlineData("fp32", "fp32")]
    public void ReadRoutes_BeforeEnginesAreBuilt_TellsThePrecisionThatTheyWillHave(string asked, string expected)
    {
        // The start builds the engine of the first route, noise.
        var package = Write(new TestNetwork.Add(2), new TestNetwork.Add(VariantLevels), "cpu", of: Degradation.Rain);
        using var restorer = Restorer.Load(package, new RestorerOptions { Device = "cpu", Precision = asked });

        Assert.Equal(
            [(true, "fp32"), (false, expected)],
            restorer.ReadRoutes().Select(route => (route.IsReady, route.Precision)));
        restorer.Preload(CancellationToken.None);
        Assert.Equal(
            [(true, "fp32"), (true, expected)],
            restorer.ReadRoutes().Select(route => (route.IsReady, route.Precision)));
    }

    [Fact]
    public void Load_Auto_RunsWhatItSays()
    {
        // Which form that is depends on how the runs go; TrialVerdictTests has the rule.
        using var restorer = Restorer.Load(
            Write(new TestNetwork.Slow(12), new TestNetwork.Add(VariantLevels), "cpu"),
            new RestorerOptions { Device = "cpu" });

        var isInt8 = restorer.Providers[^1].Reason.Contains("int8 runs", StringComparison.Ordinal);
        Assert.Equal(isInt8 ? VariantLevels : 0, AddedBy(restorer, Degradation.Noise));
        Assert.Equal(isInt8 ? "int8" : "fp32", restorer.ReadRoutes()[0].Precision);
        Assert.Equal(!isInt8, restorer.Providers[^1].Reason.Contains("fp32 runs", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_VariantThatCannotBeBuilt_RunsTheRoutesOwnGraph()
    {
        using var restorer = Restorer.Load(
            Write(new TestNetwork.Add(2), new TestNetwork.Unbuildable(), "cpu"),
            new RestorerOptions { Device = "cpu" });

        Assert.Equal(2, AddedBy(restorer, Degradation.Noise));
        Assert.Contains("cannot be built", restorer.Providers[^1].Reason, StringComparison.Ordinal);
    }

    private static int AddedBy(Restorer restorer, Degradation route)
    {
        var router = restorer.CreateRouter(LoadedPackage.Fixed(route));
        using var input = TestFrames.Create(64, 48, route, blue: 100);
        using var output = Frames.Frame.Rent(64, 48, Frames.PixelFormat.Rgb24);
        var result = restorer.Restore(input, output, router, 1, CancellationToken.None);
        Assert.Equal(RestoreError.None, result.Error);
        return output.Pixels[TestFrames.BlueOffset] - 100;
    }

    /// <summary>Noise has a variant in int8, or rain does, which adds 2 levels by itself; the other has none.</summary>
    private ModelPackage Write(
        TestNetwork own, TestNetwork variant, string provider, Degradation of = Degradation.Noise)
    {
        var source = Write("source", own);
        var other = Write("other", variant);
        var contents = source.Manifest.Files
            .Select(file => PackageContent.FromFile(file.Path, source.GetPath(file.Path)))
            .Append(PackageContent.FromFile("noise.int8.onnx", other.GetPath("noise.onnx")));
        var files = other.Manifest.Files.Any(file => file.Path == "weights.bin" && file.LengthBytes > 0)
            ? contents.Select(content => content.Path == "weights.bin" && own is not TestNetwork.Slow
                ? PackageContent.FromFile("weights.bin", other.GetPath("weights.bin")) : content)
            : contents;
        return PackageWriter.Write(
            Path.Combine(_folder, "package"),
            source.Manifest with
            {
                Files = [],
                Routes =
                [
                    .. source.Manifest.Routes.Select(route => route.Degradation != of ? route : route with
                    {
                        Variants = [new() { File = "noise.int8.onnx", Precision = "int8", Provider = provider }],
                    }),
                ],
            },
            [.. files]);
    }

    private ModelPackage Write(string name, TestNetwork noise) => new TestPackage
    {
        Routes = new TestPackage().Routes.Clear().Add(Degradation.Noise, noise)
            .Add(Degradation.Rain, new TestNetwork.Add(2)),
    }.Write(Path.Combine(_folder, name));
}
