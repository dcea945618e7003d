using EdgeRestore.Cli.Restoring;

namespace EdgeRestore.Cli.Tests.Restoring;

public sealed class InputImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Find_Folder_GivesImagesWithTheirNamesBelowIt()
    {
        Touch("in/b.JPG", "in/june/a.png", "in/june/notes.txt", "in/.hidden/c.png");

        var images = InputImages.Find([Path.Combine(_folder.Path, "in")]);

        Assert.Equal(["b.JPG", "june/a.png"], images.Select(image => image.RelativeName));
    }

    [Fact]
    public void Find_OutputFolderInsideTheInput_IsLeftOut()
    {
        Touch("in/a.png", "in/out/a.png", "in/output.png");

        var images = InputImages.Find(
            [Path.Combine(_folder.Path, "in")], excluded: Path.Combine(_folder.Path, "in/out"));

        Assert.Equal(["a.png", "output.png"], images.Select(image => image.RelativeName));
    }

    [Fact]
    public void Find_FileByName_IsTakenWhateverItIsCalled()
    {
        Touch("frame.bin");

        var image = Assert.Single(InputImages.Find([Path.Combine(_folder.Path, "frame.bin")]));

        Assert.Equal("frame.bin", image.RelativeName);
    }

    [Fact]
    public void Find_LinkToAFolderAbove_EndsAndGivesEachImageOnce()
    {
        Touch("in/a.png");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "in", "loop"), Path.Combine(_folder.Path, "in"));

        Assert.Single(InputImages.Find([Path.Combine(_folder.Path, "in")]));
    }

    [Fact]
    public void Find_LinkToAFile_IsAFile()
    {
        Touch("elsewhere/a.png", "in/b.png");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "in/a.png"), Path.Combine(_folder.Path, "elsewhere/a.png"));

        var images = InputImages.Find([Path.Combine(_folder.Path, "in")]);

        Assert.Equal(["a.png", "b.png"], images.Select(image => image.RelativeName));
    }

    [Fact]
    public void Find_TwoInputsOfOneName_NamesBoth()
    {
        Touch("june/1.png", "july/1.png");
        var june = Path.Combine(_folder.Path, "june");
        var july = Path.Combine(_folder.Path, "july");

        var exception = Assert.Throws<EdgeRestoreException>(() => InputImages.Find([june, july]));

        Assert.Contains($"{june}/1.png", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"{july}/1.png", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_SameFileTwice_IsRestoredOnce()
    {
        Touch("1.png");
        var file = Path.Combine(_folder.Path, "1.png");

        Assert.Single(InputImages.Find([file, file]));
    }

    [Fact]
    public void Find_NoImage_SaysWhatWasLookedFor()
    {
        Touch("in/notes.txt");

        var exception = Assert.Throws<EdgeRestoreException>(() => InputImages.Find([Path.Combine(_folder.Path, "in")]));

        Assert.Contains(".jpg", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_MissingInput_NamesIt()
    {
        var exception = Assert.Throws<EdgeRestoreException>(() => InputImages.Find(["no/such/folder"]));

        Assert.Contains("'no/such/folder'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OutputFolderThatIsTheInput_IsRefused()
    {
        Touch("in/a.png");
        var folder = Path.Combine(_folder.Path, "in");

        var exception = Assert.Throws<WrongCommandLineException>(() => InputImages.Find([folder], excluded: folder));

        Assert.Contains("input and the output folder at once", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_PipeNamedLikeAnImage_IsLeftOut()
    {
        Touch("in/a.png");
        var made = await Shell.RunAsync("mkfifo", [_folder.File("in", "b.png")]);

        var images = InputImages.Find([Path.Combine(_folder.Path, "in")]);

        Assert.Equal(0, made.ExitCode);
        Assert.Equal(["a.png"], images.Select(image => image.RelativeName));
    }

    [Theory]
    [InlineData("in")]
    [InlineData("link")]
    public void RequireApart_FolderOfAGivenFileAsOutput_IsRefused(string output)
    {
        Touch("in/a.png", "in/b.tif");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "link"), Path.Combine(_folder.Path, "in"));
        var folder = Path.Combine(_folder.Path, output);
        var photograph = InputImages.Find([_folder.File("in", "a.png")]);
        var scan = InputImages.Find([_folder.File("in", "b.tif")]);

        var exception = Assert.Throws<WrongCommandLineException>(
            () => InputImages.RequireApart(photograph, folder, RestoreRun.NameOfResult));
        InputImages.RequireApart(scan, folder, RestoreRun.NameOfResult);

        Assert.Contains("would take the place of an input", exception.Message, StringComparison.Ordinal);
    }

    [UnprivilegedFact]
    public void Find_FolderThatMayNotBeRead_NamesIt()
    {
        Touch("in/a.png", "in/locked/b.png");
        var locked = Path.Combine(_folder.Path, "in/locked");
        File.SetUnixFileMode(locked, UnixFileMode.None);

        var exception = Assert.Throws<EdgeRestoreException>(() => InputImages.Find([Path.Combine(_folder.Path, "in")]));

        File.SetUnixFileMode(locked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.Contains(locked, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllText(_folder.File(name), "");
        }
    }
}
