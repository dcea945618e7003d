using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Restoring;

/// <summary><c>restore</c> over real files with a package whose results tell which route was taken.</summary>
public sealed class RestoreCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Input => Path.Combine(_folder.Path, "in");

    private string Output => Path.Combine(_folder.Path, "out");

    private string Package => _folder.Package;

    [Fact]
    public async Task Folder_KeepsNamesAndRestoresEachByItsOwnRoute()
    {
        Save("in/rain.png", Degradation.Rain);
        Save("in/june/haze.webp", Degradation.Haze);
        Save("in/june/clear.png", Degradation.Clear);

        var (code, document) = await Terminal.RunJsonAsync("restore", Input, "--out", Output, "--package", Package);

        Assert.Equal(0, code);
        var images = document.GetProperty("images").EnumerateArray().ToDictionary(
            image => image.GetProperty("name").GetString()!, image => image);
        Assert.Equal(["june/clear.png", "june/haze.webp", "rain.png"], images.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("haze", images["june/haze.webp"].GetProperty("route").GetString());
        Assert.True(images["june/clear.png"].GetProperty("bypassed").GetBoolean());
        Assert.Equal("Bypassed", images["june/clear.png"].GetProperty("outcome").GetString());
        Assert.False(images["rain.png"].GetProperty("bypassed").GetBoolean());
        Assert.Equal(2, document.GetProperty("restored").GetInt32());
        Assert.Equal(1, document.GetProperty("bypassed").GetInt32());
        Assert.Equal(
            TestFrames.RedOf(Degradation.Rain) + TestPackage.LevelsOf(Degradation.Rain), RedOf("out/rain.png"));
        Assert.Equal(TestFrames.RedOf(Degradation.Clear), RedOf("out/june/clear.png"));
    }

    [Fact]
    public async Task Photograph_KeepsCameraTimePlaceAndColours()
    {
        Save("in/a.jpg", Degradation.Rain);
        var path = _folder.File("in", "a.jpg");
        File.WriteAllBytes(path, TestPhotograph.Sample.AddTo(File.ReadAllBytes(path)));

        Assert.Equal(0, (await RestoreAsync()).ExitCode);

        Assert.Equal(
            TestPhotograph.Sample with { Orientation = 1, HasThumbnail = false },
            TestPhotograph.Read(File.ReadAllBytes(_folder.File("out", "a.jpg"))));
    }

    [Fact]
    public async Task FixedRouteAndStrength_AreTaken()
    {
        Save("in/clear.png", Degradation.Clear);

        var outcome = await RestoreAsync("--route", "compression", "--strength", "0.5");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            TestFrames.RedOf(Degradation.Clear) + (TestPackage.LevelsOf(Degradation.Compression) / 2),
            RedOf("out/clear.png"));
    }

    [Fact]
    public async Task SecondRun_SkipsWhatIsDoneAndRestoresWhatIsNew()
    {
        Save("in/a.png", Degradation.Rain);
        await RestoreAsync();
        var written = File.GetLastWriteTimeUtc(_folder.File("out", "a.png"));
        Save("in/b.png", Degradation.Rain);

        var second = await RestoreAsync();

        Assert.Equal(0, second.ExitCode);
        Assert.Contains(
            "1 restored, 0 passed through as they were, 1 skipped (done before), 0 failed",
            second.Output,
            StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(_folder.File("out", "a.png")));
    }

    [Fact]
    public async Task Summary_CountsWhatPassedThroughApart()
    {
        Save("in/a.png", Degradation.Rain);
        Save("in/b.png", Degradation.Clear);
        Save("in/c.png", Degradation.Clear);

        var outcome = await RestoreAsync();

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains(
            "1 restored, 2 passed through as they were, 0 skipped", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InputNewerThanItsResult_IsRestoredAgain()
    {
        Save("in/a.png", Degradation.Rain);
        await RestoreAsync();
        Save("in/a.png", Degradation.Haze);
        File.SetLastWriteTimeUtc(
            _folder.File("in", "a.png"), File.GetLastWriteTimeUtc(_folder.File("out", "a.png")).AddSeconds(2));

        var second = await RestoreAsync();

        Assert.Contains(
            "1 restored, 0 passed through as they were, 0 skipped", second.Output, StringComparison.Ordinal);
        Assert.Equal(TestFrames.RedOf(Degradation.Haze) + TestPackage.LevelsOf(Degradation.Haze), RedOf("out/a.png"));
    }

    [Fact]
    public async Task OtherSettingsIntoTheSameFolder_AreRefusedUntilOverwriteIsGiven()
    {
        Save("in/a.png", Degradation.Rain);
        await RestoreAsync();

        var refused = await RestoreAsync("--strength", "0.5");
        var overwritten = await RestoreAsync("--strength", "0.5", "--overwrite");

        Assert.Equal(5, refused.ExitCode);
        Assert.Contains("strength 1. Now asked for:", refused.Error, StringComparison.Ordinal);
        Assert.Equal(0, overwritten.ExitCode);
        Assert.Equal(
            TestFrames.RedOf(Degradation.Rain) + (TestPackage.LevelsOf(Degradation.Rain) / 2), RedOf("out/a.png"));
    }

    [Fact]
    public async Task BadFiles_AreNamedAndTheOthersGoOn()
    {
        Save("in/a.png", Degradation.Rain);
        Save("in/z.png", Degradation.Rain);
        File.WriteAllText(_folder.File("in", "lying.jpg"), "this is no JPEG");
        File.WriteAllBytes(_folder.File("in", "truncated.png"), File.ReadAllBytes(_folder.File("in", "a.png"))[..60]);
        File.WriteAllBytes(_folder.File("in", "empty.webp"), []);

        var (code, document) = await Terminal.RunJsonAsync("restore", Input, "--out", Output, "--package", Package);

        Assert.Equal(1, code);
        var failed = document.GetProperty("images").EnumerateArray()
            .Where(image => image.GetProperty("outcome").GetString() == "Failed")
            .ToDictionary(
                image => image.GetProperty("name").GetString()!, image => image.GetProperty("error").GetString()!);
        Assert.Equal(["empty.webp", "lying.jpg", "truncated.png"], failed.Keys.Order(StringComparer.Ordinal));
        Assert.All(failed, pair => Assert.Contains(pair.Key, pair.Value, StringComparison.Ordinal));
        Assert.Equal(["a.png", "z.png"], VisibleFiles());
    }

    [Fact]
    public async Task FrameTooSmallForThePackage_FailsAlone()
    {
        Save("in/small.png", Degradation.Rain, width: 8, height: 8);
        Save("in/large.png", Degradation.Rain);

        var outcome = await RestoreAsync();

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("small.png: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("8x8", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(["large.png"], VisibleFiles());
    }

    [Fact]
    public async Task Compare_WritesBothHalvesSideBySide()
    {
        Save("in/a.png", Degradation.Rain, width: 40, height: 30);

        await RestoreAsync("--compare");

        using var both = ImageCodec.Load(_folder.File("out", "a.png.compare.png"));
        Assert.Equal((88, 30), (both.Width, both.Height));
        Assert.Equal(TestFrames.RedOf(Degradation.Rain), both.Pixels[0]);
        Assert.Equal(
            TestFrames.RedOf(Degradation.Rain) + TestPackage.LevelsOf(Degradation.Rain), both.Pixels[(88 - 1) * 3]);
    }

    [Fact]
    public async Task OutputInsideTheInput_IsNotRestoredAgain()
    {
        Save("in/a.png", Degradation.Rain);
        var inside = Path.Combine(Input, "restored");

        await Terminal.RunAsync("restore", Input, "--out", inside, "--package", Package);
        var second = await Terminal.RunAsync("restore", Input, "--out", inside, "--package", Package);

        Assert.Contains(
            "0 restored, 0 passed through as they were, 1 skipped", second.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(inside, "restored")));
    }

    [Fact]
    public async Task OutputThatIsTheInputsFolder_LeavesTheInput()
    {
        Save("in/a.png", Degradation.Rain);
        var before = File.ReadAllBytes(_folder.File("in", "a.png"));

        var outcome = await Terminal.RunAsync(
            "restore", _folder.File("in", "a.png"), "--out", Input, "--package", Package, "--overwrite");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Equal(before, File.ReadAllBytes(_folder.File("in", "a.png")));
    }

    [Fact]
    public async Task TwoInputsOfOneResult_AreToldBeforeAnythingIsWritten()
    {
        Save("in/0.png", Degradation.Rain);
        Save("in/a.tif.png", Degradation.Rain);
        File.Copy(_folder.File("in", "a.tif.png"), _folder.File("in", "a.tif"));

        var outcome = await RestoreAsync();

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"'{Input}/a.tif' and '{Input}/a.tif.png'", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Rename one of them", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Output));
    }

    [Fact]
    public async Task TwoVideosOfOneResult_AreToldBeforeAnythingIsWritten()
    {
        string[] videos = [_folder.File("june", "1.mp4"), _folder.File("july", "1.mp4")];

        var outcome = await Terminal.RunAsync(["restore", .. videos, "--out", Output, "--package", Package]);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains($"'{videos[0]}' and '{videos[1]}'", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Output));
    }

    [Fact]
    public async Task NamesWithControlCharacters_AreShownWithout()
    {
        Save("in/a\nb.png", Degradation.Rain);
        File.WriteAllText(_folder.File("in", "\e[2Jc.png"), "no image");

        var outcome = await RestoreAsync();

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("a\\u000ab.png", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("\\u001b[2Jc.png", outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', outcome.Output + outcome.Error);
    }

    [Fact]
    public async Task PhotographOfMorePixelsThanADaemonTakes_IsRestored()
    {
        Save("in/a.png", Degradation.Rain, width: 4112, height: 3072);

        var outcome = await RestoreAsync("--route", "rain");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(
            TestFrames.RedOf(Degradation.Rain) + TestPackage.LevelsOf(Degradation.Rain), RedOf("out/a.png"));
    }

    [Fact]
    public async Task NetworkThatGivesNaN_FailsTheFileAndWritesNone()
    {
        var package = Path.Combine(_folder.Path, "nan");
        TestPackage.Of(new TestNetwork.NotANumberAtWhite()).Write(package);
        Save("in/a.png", Degradation.Rain, blue: 255);

        var outcome = await Terminal.RunAsync("restore", Input, "--out", Output, "--package", package);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("a.png: ", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(VisibleFiles());
    }

    [Fact]
    public async Task RouteThatThePackageLacks_IsToldWithThoseItHas()
    {
        var package = Path.Combine(_folder.Path, "one");
        var all = new TestPackage();
        (all with { Routes = all.Routes.RemoveRange(all.Routes.Keys.Where(key => key != Degradation.Rain)) }).Write(
            package);
        Save("in/a.png", Degradation.Rain);

        var outcome = await Terminal.RunAsync(
            "restore", Input, "--out", Output, "--package", package, "--route", "snow");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("'snow'", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("It has rain.", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--route", "fog", "--route is 'fog'. Allowed: auto, clear, noise")]
    [InlineData("--strength", "1.5", "--strength is 1.5. Allowed: 0 to 1.")]
    [InlineData("--strength", "NaN", "Allowed: 0 to 1.")]
    [InlineData("--device", "abacus", "abacus")]
    public async Task WrongOption_EndsWith2AndSaysWhatIsAllowed(string option, string value, string expected)
    {
        Save("in/a.png", Degradation.Rain);

        var outcome = await RestoreAsync(option, value);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.Contains("restore --help", outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [MountFact]
    public async Task FullDisk_EndsWith5AndLeavesNothingHalfWritten()
    {
        Save("in/a.png", Degradation.Rain, width: 64, height: 64, noise: true);
        Save("in/b.png", Degradation.Rain, width: 256, height: 256, noise: true);
        Directory.CreateDirectory(Output);
        var program = typeof(CommandLine).Assembly.Location;

        // A file system of 64 KiB, seen by this process alone and gone with it; what it holds is listed from inside.
        var outcome = await Shell.RunAsync("unshare", ["-m", "bash", "-c", $"""
            mount -t tmpfs -o size=64k tmpfs '{Output}'
            dotnet '{program}' restore '{Input}' --out '{Output}' --package '{Package}' 2>&1
            echo "exit code $?"
            find '{Output}' -type f -printf 'left %f\n'
            """]);

        Assert.Contains("exit code 5", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("the disk is full", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("left a.png\n", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("left b.png", outcome.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<Shell.Outcome> RestoreAsync(params string[] options) =>
        Terminal.RunAsync(["restore", Input, "--out", Output, "--package", Package, .. options]);

    private IEnumerable<string> VisibleFiles() => Directory.GetFiles(Output)
        .Select(path => Path.GetFileName(path)).Where(name => name[0] != '.').Order(StringComparer.Ordinal);

    private byte RedOf(string file)
    {
        using var frame = ImageCodec.Load(_folder.File(file.Split('/')));
        return frame.Pixels[0];
    }

    private void Save(
        string file, Degradation degradation, int width = 48, int height = 32, byte blue = 0, bool noise = false)
    {
        using var frame = TestFrames.Create(width, height, degradation, blue: blue);
        if (noise)
        {
            // Blue tells the classifier nothing, and noise does not compress.
            var random = new Random(1);
            for (var offset = TestFrames.BlueOffset; offset < frame.LengthBytes; offset += 3)
            {
                frame.Pixels[offset] = (byte)random.Next(256);
            }
        }

        ImageCodec.Save(frame, _folder.File(file.Split('/')));
    }
}
