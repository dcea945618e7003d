using System.Collections.Immutable;
using System.Text;
using EdgeRestore.Degradations;
using EdgeRestore.Packages;

namespace EdgeRestore.Tests.Packages;

public sealed class PackageManifestTests : IDisposable
{
    private readonly PackageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void ToJson_ParsedAgain_GivesTheSameBytes()
    {
        var manifest = _fixture.Write().Manifest;

        var bytes = manifest.ToJson();

        Assert.Equal(bytes, PackageManifest.Parse(bytes).ToJson());
        Assert.Equal(File.ReadAllBytes(_fixture.ManifestPath), bytes);
    }

    [Fact]
    public void ToJson_RoutesAndFilesInAnyOrder_GivesTheSameBytes()
    {
        var routes = PackageFixture.Manifest.Routes.Add(
            PackageFixture.Manifest.Routes[0] with { Degradation = Degradation.LowLightNoise, File = "b.onnx" });

        var forward = (PackageFixture.Manifest with { Routes = routes }).ToJson();
        var backward = (PackageFixture.Manifest with { Routes = [.. routes.Reverse()] }).ToJson();

        Assert.Equal(forward, backward);
    }

    [Fact]
    public void ToJson_FirstLines_AreTheDocumentedOnes()
    {
        var text = Encoding.UTF8.GetString(PackageFixture.Manifest.ToJson());

        Assert.StartsWith(
            "{\n  \"format\": 1,\n  \"name\": \"test\",\n  \"version\": \"1.0.0\",\n  \"network\": {\n", text,
            StringComparison.Ordinal);
        Assert.Contains("\"degradation\": \"noise\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "format 2, this version reads format 1")]
    [InlineData("\"format\": 1,", "", "format (none)")]
    [InlineData("\"degradation\": \"noise\"", "\"degradation\": \"fog\"", "degradation is 'fog', allowed are clear,")]
    [InlineData("\"degradation\": \"noise\"", "\"degradation\": 1", "degradation is 'Number'")]
    [InlineData("\"degradation\": \"noise\"", "\"degradation\": \"clear\"", "clear frames pass through untouched")]
    [InlineData("\"precision\": \"fp32\"", "\"precision\": \"fp64\"", "allowed fp32, fp16, int8")]
    [InlineData("\"macsPerPixel\": 12.5", "\"macsPerPixel\": -1", "allowed a finite number from 0")]
    [InlineData("\"macsPerPixel\": 12.5", "\"macsPerPixel\": 1e999", "macsPerPixel")]
    [InlineData("\"macsPerPixel\": 12.5", "\"macsPerPixel\": \"NaN\"", "macsPerPixel")]
    [InlineData("\"macsPerPixel\": 12.5", "\"macsPerPixel\": NaN", "cannot be read")]
    [InlineData("\"psnrOut\": 28.25", "\"psnrOut\": -3", "quality.psnrOut': found -3, allowed 0 to 200")]
    [InlineData("\"ssimOut\": 0.75", "\"ssimOut\": 1.5", "quality.ssimOut': found 1.5, allowed -1 to 1")]
    [InlineData("\"threshold\": 0.6", "\"threshold\": 1.01", "classifier.threshold': found 1.01, allowed 0 to 1")]
    [InlineData("\"temperature\": 0.05", "\"temperature\": 0", "classifier.temperature': found 0")]
    [InlineData("\"parameters\": 10", "\"parameters\": -10", "network.parameters': found -10")]
    [InlineData("\"parameters\": 10", "\"parameters\": 1.5", "network.parameters")]
    [InlineData("\"sizeMultiple\": 8", "\"sizeMultiple\": 0", "network.sizeMultiple': found 0, allowed 1 to 4096")]
    [InlineData("\"minSidePixels\": 16", "\"minSidePixels\": 5000", "allowed 1 to 4096")]
    [InlineData("\"name\": \"test\"", "\"name\": \"a b\"", "'name': found 'a b'")]
    [InlineData("\"name\": \"test\"", "\"name\": \"test\", \"name\": \"twice\"", "cannot be read")]
    [InlineData("\"name\": \"test\"", "\"name\": null", "cannot be read")]
    [InlineData("\"name\": \"test\",", "", "name")]
    [InlineData("\"lengthBytes\": 1000", "\"lengthBytes\": -1", "files[weights.bin].lengthBytes': found -1")]
    [InlineData("\"path\": \"weights.bin\"", "\"path\": \"noise.onnx\"", "each file once")]
    [InlineData("\"path\": \"weights.bin\"", "\"path\": \"Noise.onnx\"", "each file once")]
    [InlineData("\"path\": \"weights.bin\"", "\"path\": \"manifest.json\"", "not manifest.json")]
    [InlineData("\"path\": \"noise.onnx\"", "\"path\": \"rain.onnx\"", "no entry for 'noise.onnx'")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"0", "64 lower-case hexadecimal digits")]
    [InlineData("\"routes\": [", "\"routes\": [ null,", "'routes': found null")]
    [InlineData("\"files\": [", "\"files\": [ null,", "'files': found null")]
    public void Parse_InvalidManifest_SaysWhatIsWrong(string find, string replacement, string expected)
    {
        _fixture.WriteWithManifest(find, replacement);

        _fixture.AssertRefused(expected);
    }

    [Fact]
    public void Parse_DuplicateRoute_IsRefused()
    {
        var route = PackageFixture.Manifest.Routes[0];

        var exception = Assert.Throws<PackageException>(() => PackageWriter.Write(
            _fixture.PackagePath, PackageFixture.Manifest with { Routes = [route, route] }, PackageFixture.Contents));

        Assert.Contains("two routes of one degradation", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_PsnrChange_IsKeptInOneOrder()
    {
        var bytes = WithPsnrChange(_ => 1.5).ToJson();

        var changes = PackageManifest.Parse(bytes).Routes[0].PsnrChange!;
        Assert.Equal(DegradationNames.Count, changes.Count);
        Assert.Equal(1.5, changes["low-light+noise"]);
        Assert.Equal(bytes, PackageManifest.Parse(bytes).ToJson());
    }

    [Theory]
    [InlineData("\"clear\": 1.5", "\"clear\": -201", "psnrChange.clear': found -201, allowed -200 to 200")]
    [InlineData("\"clear\": 1.5,", "", "no value for clear")]
    [InlineData("\"clear\": 1.5", "\"clear\": 1.5, \"fog\": 1", "found 14 values, allowed 13")]
    public void Parse_InvalidPsnrChange_SaysWhatIsWrong(string find, string replacement, string expected)
    {
        var json = Encoding.UTF8.GetString(WithPsnrChange(_ => 1.5).ToJson());
        Assert.Contains(find, json, StringComparison.Ordinal);

        var exception = Assert.Throws<PackageException>(() => PackageManifest.Parse(
            Encoding.UTF8.GetBytes(json.Replace(find, replacement, StringComparison.Ordinal))));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToJson_Variants_AreKeptAndOnlyWrittenWhereThereAreSome()
    {
        var bytes = WithVariant().ToJson();

        var variant = Assert.Single(PackageManifest.Parse(bytes).Routes[0].Variants!.Value);
        Assert.Equal(
            ("noise.onnx", "int8", "cpu", 1.4), (variant.File, variant.Precision, variant.Provider, variant.Speedup));
        Assert.Equal(bytes, PackageManifest.Parse(bytes).ToJson());
        Assert.DoesNotContain(
            "variants", Encoding.UTF8.GetString(PackageFixture.Manifest.ToJson()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"int8\"", "\"int4\"", "variants': found precision 'int4', allowed fp32, fp16, int8")]
    [InlineData("\"provider\": \"cpu\"", "\"provider\": \"npu\"", "found provider 'npu', allowed cpu, cuda, tensorrt")]
    [InlineData("1.4", "-1", "variants.speedup': found -1")]
    public void Parse_InvalidVariant_SaysWhatIsWrong(string find, string replacement, string expected)
    {
        var json = Encoding.UTF8.GetString(WithVariant().ToJson());
        Assert.Contains(find, json, StringComparison.Ordinal);

        var exception = Assert.Throws<PackageException>(() => PackageManifest.Parse(
            Encoding.UTF8.GetBytes(json.Replace(find, replacement, StringComparison.Ordinal))));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_VariantWhoseFileIsNotListed_IsRefused()
    {
        var json = Encoding.UTF8.GetString(WithVariant("other.onnx").ToJson());

        var exception = Assert.Throws<PackageException>(() => PackageManifest.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains("no entry for 'other.onnx'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_PsnrChangeOfSomeRoutesOnly_IsRefused()
    {
        var manifest = WithPsnrChange(_ => 1.5);
        var bare = PackageFixture.Manifest.Routes[0] with { Degradation = Degradation.Rain };

        var exception = Assert.Throws<PackageException>(
            () => PackageManifest.Parse((manifest with { Routes = manifest.Routes.Add(bare) }).ToJson()));

        Assert.Contains("allowed values for all routes or for none", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NoRoutes_IsRefused()
    {
        var exception = Assert.Throws<PackageException>(() => PackageManifest.Parse(
            (PackageFixture.Manifest with { Routes = [] }).ToJson()));

        Assert.Contains("'routes': found none", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"format\": 1")]
    [InlineData("{\"format\": \"one\"}")]
    [InlineData("{\"format\": 99999999999}")]
    public void Parse_NotAManifest_IsRefused(string json)
    {
        var exception = Assert.Throws<PackageException>(() => PackageManifest.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains("cannot be read", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_DeeplyNested_IsRefused()
    {
        var json = $"{{\"format\": {new string('[', 10_000)}";

        Assert.Throws<PackageException>(() => PackageManifest.Parse(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void Open_ManifestTooLarge_IsRefusedWithoutReadingIt()
    {
        _fixture.Write();
        using (var stream = File.OpenWrite(_fixture.ManifestPath))
        {
            // Sparse: takes no disk, and would not fit in memory.
            stream.SetLength(1L << 40);
        }

        _fixture.AssertRefused("too large", "1048576");
    }

    [Fact]
    public void Parse_TooLarge_IsRefused()
    {
        var exception = Assert.Throws<PackageException>(
            () => PackageManifest.Parse(new byte[PackageManifest.MaxLengthBytes + 1]));

        Assert.Contains("found 1048577 bytes, allowed 1048576", exception.Message, StringComparison.Ordinal);
    }

    private static PackageManifest WithVariant(string file = "noise.onnx")
    {
        var manifest = WithPsnrChange(_ => 1.5);
        return manifest with
        {
            Routes =
            [
                manifest.Routes[0] with
                {
                    Variants = [new() { File = file, Precision = "int8", Provider = "cpu", Speedup = 1.4 }],
                },
            ],
        };
    }

    private static PackageManifest WithPsnrChange(Func<Degradation, double> change) => PackageFixture.Manifest with
    {
        Routes =
        [
            PackageFixture.Manifest.Routes[0] with
            {
                PsnrChange = DegradationNames.All.ToImmutableSortedDictionary(
                    degradation => degradation.ToName(), degradation => change(degradation)),
            },
        ],
        Files =
        [
            new PackageFile("classifier.onnx", 1, new string('0', 64)),
            new PackageFile("noise.onnx", 1, new string('0', 64)),
        ],
    };
}
