using System.Runtime.Versioning;
using EdgeRestore.Degradations;
using EdgeRestore.Packages;

namespace EdgeRestore.Tests.Packages;

public sealed class ModelPackageTests : IDisposable
{
    private readonly PackageFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Open_WrittenPackage_ReturnsRoutesAndPaths()
    {
        _fixture.Write();

        var package = ModelPackage.Open(_fixture.PackagePath);

        Assert.Equal("noise.onnx", package.FindRoute(Degradation.Noise)!.File);
        Assert.Null(package.FindRoute(Degradation.Rain));
        Assert.True(File.Exists(package.GetPath("weights.bin")));
        Assert.Equal(64, package.Sha256.Length);
    }

    [Fact]
    public void Open_NoSuchFolder_SaysSo()
    {
        _fixture.AssertRefused("no such folder", _fixture.PackagePath);
    }

    [Fact]
    public void Open_FolderWithoutManifest_SaysSo()
    {
        Directory.CreateDirectory(_fixture.PackagePath);

        _fixture.AssertRefused("no manifest.json");
    }

    [UnprivilegedFact]
    [UnsupportedOSPlatform("windows")]
    public void Open_FolderThatMayNotBeEntered_SaysThatAndNotThatItIsNoPackage()
    {
        _fixture.Write();
        File.SetUnixFileMode(_fixture.PackagePath, UnixFileMode.None);
        try
        {
            _fixture.AssertRefused("is denied", "chmod -R a+rX");
        }
        finally
        {
            File.SetUnixFileMode(
                _fixture.PackagePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void Open_FileThatMayNotBeRead_SaysWhoMust()
    {
        // A folder in a file's place: the system's answer is the same.
        _fixture.Write();
        File.Delete(Path.Combine(_fixture.PackagePath, "noise.onnx"));
        File.CreateSymbolicLink(
            Path.Combine(_fixture.PackagePath, "noise.onnx"), Path.Combine(_fixture.PackagePath, "noise.onnx"));

        _fixture.AssertRefused("cannot be read", "Allowed is a folder that this user may enter");
    }

    [Fact]
    public void Open_FileInPlaceOfTheFolder_SaysSo()
    {
        File.WriteAllText(_fixture.PackagePath, "");

        _fixture.AssertRefused("found a file", "tar -xf");
    }

    [Theory]
    [InlineData("", "cannot be read")]
    [InlineData("{", "cannot be read")]
    [InlineData("{\"format\": 7}", "format 7")]
    public void Open_DamagedManifest_SaysWhichFileItIs(string manifest, string expected)
    {
        Directory.CreateDirectory(_fixture.PackagePath);
        var path = Path.Combine(_fixture.PackagePath, PackageManifest.FileName);
        File.WriteAllText(path, manifest);

        _fixture.AssertRefused(path, expected);
    }

    [Theory]
    [InlineData("weights.bin", 500)]
    [InlineData("noise.onnx", 0)]
    [InlineData("classifier.onnx", 20)]
    public void Open_FlippedByte_IsRefused(string file, int position)
    {
        _fixture.Write();
        var path = Path.Combine(_fixture.PackagePath, file);
        var bytes = File.ReadAllBytes(path);
        bytes[position] ^= 1;
        File.WriteAllBytes(path, bytes);

        _fixture.AssertRefused(file, "SHA-256");
    }

    [Fact]
    public void Open_TruncatedFile_IsRefused()
    {
        _fixture.Write();
        using (var stream = File.OpenWrite(Path.Combine(_fixture.PackagePath, "weights.bin")))
        {
            stream.SetLength(999);
        }

        _fixture.AssertRefused("weights.bin", "found 999 bytes", "allowed 1000 bytes");
    }

    [Fact]
    public void Open_MissingFile_IsRefused()
    {
        _fixture.Write();
        File.Delete(Path.Combine(_fixture.PackagePath, "weights.bin"));

        _fixture.AssertRefused("weights.bin", "no such file");
    }

    [Theory]
    [InlineData("../noise.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../noise.onnx")]
    [InlineData("./noise.onnx")]
    [InlineData("a//noise.onnx")]
    [InlineData("..\\\\noise.onnx")]
    [InlineData("C:noise.onnx")]
    [InlineData("noise\\u0000.onnx")]
    [InlineData("")]
    public void Open_PathThatCouldLeaveTheFolder_IsRefused(string path)
    {
        _fixture.WriteWithManifest("\"noise.onnx\"", $"\"{path}\"");

        _fixture.AssertRefused("stays inside the package");
    }

    [Fact]
    public void Open_FileIsLinkOutOfTheFolder_IsRefused()
    {
        _fixture.Write();
        MoveOutAndLink("weights.bin", name => Path.Combine("..", name));

        _fixture.AssertRefused("weights.bin", "a link that leads to");
    }

    [Fact]
    public void Open_FolderInsideIsLinkOutOfTheFolder_IsRefused()
    {
        var manifest = PackageFixture.Manifest with
        {
            Routes = [PackageFixture.Manifest.Routes[0] with { File = "graphs/noise.onnx" }],
        };
        PackageWriter.Write(
            _fixture.PackagePath,
            manifest,
            [.. PackageFixture.Contents.Take(2), PackageContent.FromBytes("graphs/noise.onnx", default)]);
        ModelPackage.Open(_fixture.PackagePath);
        var outside = Path.Combine(_fixture.Root, "graphs");
        var inside = Path.Combine(_fixture.PackagePath, "graphs");
        Directory.Move(inside, outside);
        Directory.CreateSymbolicLink(inside, outside);

        _fixture.AssertRefused("graphs/noise.onnx", "a link that leads to");
    }

    [Fact]
    public void Open_LinkLoop_IsRefused()
    {
        _fixture.Write();
        var path = Path.Combine(_fixture.PackagePath, "weights.bin");
        File.Delete(path);
        File.CreateSymbolicLink(path, "weights.bin");

        _fixture.AssertRefused("weights.bin");
    }

    [Fact]
    public void Open_LinkThatStaysInside_IsAccepted()
    {
        _fixture.Write();
        var path = Path.Combine(_fixture.PackagePath, "weights.bin");
        File.Move(path, path + ".v1");
        File.CreateSymbolicLink(path, "weights.bin.v1");

        Assert.NotNull(ModelPackage.Open(_fixture.PackagePath));
    }

    [Fact]
    public void Open_PackageFolderIsItselfALink_IsAccepted()
    {
        _fixture.Write();
        var link = Path.Combine(_fixture.Root, "current");
        Directory.CreateSymbolicLink(link, _fixture.PackagePath);

        Assert.NotNull(ModelPackage.Open(link));
    }

    [Fact]
    public void Open_UnlistedFileThatNothingNames_IsTolerated()
    {
        _fixture.Write();
        File.WriteAllText(Path.Combine(_fixture.PackagePath, "README.md"), "notes");

        Assert.NotNull(ModelPackage.Open(_fixture.PackagePath));
    }

    [Theory]
    [InlineData("other.bin")]
    [InlineData("../weights.bin")]
    [InlineData("/etc/hostname")]
    public void Write_GraphTakesWeightsFromUnlistedFile_IsRefused(string location)
    {
        foreach (var graph in new[]
        {
            PackageFixture.GraphWithWeightsFrom(location), PackageFixture.GraphWithNestedWeightsFrom(location),
        })
        {
            var exception = Assert.Throws<PackageException>(() => _fixture.WriteWithGraph(graph));
            Assert.Contains($"weights taken from '{location}'", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0x3A, 0x7F, 0x01 })]
    [InlineData(new byte[] { 0xFF, 0xFF })]
    [InlineData(new byte[] { 0x0F })]
    public void Write_GraphIsNoProtobuf_IsRefused(byte[] graph)
    {
        var exception = Assert.Throws<PackageException>(() => _fixture.WriteWithGraph(graph));

        Assert.Contains("no ONNX graph", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_GraphsNestedWithoutEnd_IsRefused()
    {
        byte[] graph = [];
        while (graph.Length < 120)
        {
            graph = PackageFixture.Field(1, PackageFixture.Field(5, PackageFixture.Field(6, graph)));
        }

        var exception = Assert.Throws<PackageException>(() => _fixture.WriteWithGraph(PackageFixture.Field(7, graph)));

        Assert.Contains("nest deeper", exception.Message, StringComparison.Ordinal);
    }

    private void MoveOutAndLink(string name, Func<string, string> target)
    {
        var path = Path.Combine(_fixture.PackagePath, name);
        File.Move(path, Path.Combine(_fixture.Root, name));
        File.CreateSymbolicLink(path, target(name));
    }
}
