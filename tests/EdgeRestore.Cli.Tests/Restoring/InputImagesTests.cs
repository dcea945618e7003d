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

    [Fact]
    public async Task Find_PipeGivenByName_IsRefusedAndNotWaitedFor()
    {
        var pipe = _folder.File("in", "b.png");
        var made = await Shell.RunAsync("mkfifo", [pipe]);

        var exception = Assert.Throws<EdgeRestoreException>(() => InputImages.Find([pipe]));

        Assert.Equal(0, made.ExitCode);
        Assert.Contains($"'{pipe}' is a pipe", exception.Message, StringComparison.Ordinal);
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

        var exception = Assert.Throws<WrongCommandLineException>(() => RequireApart(photograph, folder));
        RequireApart(scan, folder);

        Assert.Contains("would take the place of an input", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("june/1.png", "july/1.png", "1.png")]
    [InlineData("june/1.tif", "july/1.tif.png", "1.tif.png")]
    [InlineData("june/1.jpg", "july/1.jpg.compare.png", "1.jpg.compare.png")]
    public void RequireApart_TwoInputsOfOneResult_NamesBothAndTheRemedy(string one, string other, string result)
    {
        Touch(one, other);
        var images = InputImages.Find([Path.Combine(_folder.Path, "june"), Path.Combine(_folder.Path, "july")]);
        var output = Path.Combine(_folder.Path, "out");

        var exception = Assert.Throws<WrongCommandLineException>(() => RequireApart(images, output, compare: true));

        Assert.Contains($"'{output}/{result}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder.Path}/{one}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains($"'{_folder.Path}/{other}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Rename one of them", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireApart_NamesThatAreOnlyAlike_AreTaken()
    {
        Touch("in/1.jpg", "in/1.png", "in/1.tif", "in/1.jpg.compare.png");

        RequireApart(
            InputImages.Find([Path.Combine(_folder.Path, "in")]), Path.Combine(_folder.Path, "out"), compare: false);
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

    private static void RequireApart(IReadOnlyList<InputImage> images, string output, bool compare = false) =>
        InputImages.RequireApart(images, output, name => RestoreRun.NamesOf(name, compare));

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllText(_folder.File(name), "");
        }
    }
}
