using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Tests.Output;

public sealed class OutputFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_NameInSubfolder_CreatesTheFolderAndLeavesNothingElse()
    {
        var output = OutputFolder.Open(Path.Combine(_folder.Path, "out"));

        output.Write("a/b.txt", "content"u8);

        Assert.Equal("content", File.ReadAllText(Path.Combine(output.Path, "a", "b.txt")));
        Assert.Single(Directory.GetFiles(output.Path, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../escaped.png")]
    [InlineData("a/../../escaped.png")]
    [InlineData("/tmp/escaped.png")]
    [InlineData("")]
    public void Resolve_NameThatLeadsOut_IsRefusedWithBothPlaces(string name)
    {
        var output = OutputFolder.Open(Path.Combine(_folder.Path, "out"));

        var exception = Assert.Throws<EdgeRestoreException>(() => output.Resolve(name));

        Assert.Contains(output.Path, exception.Message, StringComparison.Ordinal);
        Assert.Contains("outside the output folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Resolve_SiblingFolderWithTheSamePrefix_IsRefused()
    {
        var output = OutputFolder.Open(Path.Combine(_folder.Path, "out"));

        Assert.Throws<EdgeRestoreException>(() => output.Resolve("../out-of-it/escaped.png"));
    }

    [Fact]
    public void Write_ThroughALinkedFolder_IsRefusedAndTheTargetStaysEmpty()
    {
        var output = OutputFolder.Open(Path.Combine(_folder.Path, "out"));
        var elsewhere = Directory.CreateDirectory(Path.Combine(_folder.Path, "elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(output.Path, "linked"), elsewhere.FullName);

        var exception = Assert.Throws<EdgeRestoreException>(() => output.Write("linked/escaped.png", "content"u8));

        Assert.Contains("symbolic link", exception.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.GetFileSystemInfos());
    }

    [Fact]
    public void Open_FileInThePlaceOfTheFolder_NamesIt()
    {
        var file = _folder.File("taken");
        File.WriteAllText(file, "");

        var exception = Assert.Throws<EdgeRestoreException>(() => OutputFolder.Open(file));

        Assert.Contains($"'{file}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--out", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NameOfAFolder_FailsWithoutALeftover()
    {
        var output = OutputFolder.Open(Path.Combine(_folder.Path, "out"));
        output.Write("name/inner.txt", "content"u8);

        Assert.Throws<EdgeRestoreException>(() => output.Write("name", "content"u8));

        Assert.Equal(
            ["inner.txt"], Directory.GetFiles(output.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
    }

    public void Dispose() => _folder.Dispose();
}
