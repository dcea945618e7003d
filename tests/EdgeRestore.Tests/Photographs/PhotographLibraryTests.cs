using System.Diagnostics;
using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;

namespace EdgeRestore.Tests.Photographs;

public sealed class PhotographLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(4000, 3000, 10_000_000, false, 1600)]
    [InlineData(1280, 960, 700_000, false, 960)]
    [InlineData(1280, 960, 300_000, false, 640)]
    [InlineData(1000, 1000, 40_000, false, 400)]
    [InlineData(1000, 500, 40_000, true, 1000)]
    public void ChooseLongSide_ByBitsPerPixel_FollowsTheMeasuredSteps(
        int width, int height, long bytes, bool lossless, int expected) =>
        Assert.Equal(expected, PhotographPreparation.ChooseLongSide(width, height, bytes, lossless));

    [Fact]
    public void Prepare_LargerThanWanted_KeepsProportions()
    {
        using var image = TestImages.Scene(300, 151);
        using var prepared = PhotographPreparation.Prepare(ImageCodec.Encode(image, ImageFileFormat.Png), 100);
        Assert.Equal((100, 50), (prepared.Width, prepared.Height));
    }

    [Fact]
    public void Prepare_SmallerThanWanted_IsNotEnlarged()
    {
        using var image = TestImages.Scene(30, 20);
        using var prepared = PhotographPreparation.Prepare(ImageCodec.Encode(image, ImageFileFormat.Png), 100);
        Assert.True(image.Pixels.SequenceEqual(prepared.Pixels));
    }

    [Fact]
    public void Import_OwnFolder_PreparesImagesAndSkipsTheRest()
    {
        var source = Directory.CreateDirectory(Path.Combine(_folder, "mine", "holiday")).FullName;
        using var image = TestImages.Scene(480, 400);
        ImageCodec.Save(image, Path.Combine(source, "a.png"));
        ImageCodec.Save(image, Path.Combine(source, "b.jpg"));
        using var small = TestImages.Scene(5, 3);
        ImageCodec.Save(small, Path.Combine(source, "small.png"));
        File.WriteAllText(Path.Combine(source, "broken.png"), "no image");
        File.WriteAllText(Path.Combine(source, "notes.txt"), "text");
        var library = new PhotographLibrary(Path.Combine(_folder, "library"));
        var reports = new List<string>();
        var count = library.Import(Path.Combine(_folder, "mine"), PhotographSet.Train, new Reports(reports));
        Assert.Equal(2, count);
        Assert.Equal(
            ["holiday@a.png.png", "holiday@b.jpg.png"],
            library.Enumerate(PhotographSet.Train).Select(path => Path.GetFileName(path)));
        Assert.Contains(reports, report => report.StartsWith("skipped holiday@broken.png", StringComparison.Ordinal));
        Assert.Contains(
            "skipped holiday@small.png: too small to train on or to measure, 5x3 pixels once prepared; needed are "
            + "sides of at "
                + "least 192",
            reports);
    }

    [Fact]
    public void Missing_PartlyPrepared_ListsTheRest()
    {
        var library = new PhotographLibrary(_folder);
        var first = PhotographCatalog.HeldOut[0];
        Directory.CreateDirectory(library.FolderOf(PhotographSet.HeldOut));
        File.WriteAllBytes(library.PathOf(first), []);
        Assert.Equal(PhotographCatalog.HeldOut[1..], library.Missing(PhotographSet.HeldOut));
    }

    [Fact]
    public void Cut_AtListedPlace_TakesThoseBytes()
    {
        var jpeg = Jpeg(32, 16);
        byte[] file = [1, 2, 3, .. jpeg, 9, 9];
        Assert.True(PhotographCarving.Cut(file, Entry("a.edj", 3, jpeg.Length)).SequenceEqual(jpeg));
    }

    [Fact]
    public void Cut_MovedJpeg_FindsTheLargest()
    {
        byte[] small = Jpeg(16, 16), large = Jpeg(48, 32);
        byte[] file = [.. new byte[100], .. small, .. new byte[10], .. large];
        using var codec = new JpegCodec();
        Assert.Equal((48, 32), codec.ReadSize(PhotographCarving.Cut(file, Entry("a.edj", 5, large.Length))));
    }

    [Fact]
    public void Cut_MovedWebP_FindsTheOneOfTheListedLength()
    {
        using var first = TestImages.Scene(32, 32);
        using var second = TestImages.Scene(64, 40);
        var small = ImageCodec.Encode(first, ImageFileFormat.WebP);
        var large = ImageCodec.Encode(second, ImageFileFormat.WebP);
        byte[] file = [.. new byte[100], .. small, .. new byte[10], .. large, .. new byte[7]];
        Assert.True(PhotographCarving.Cut(file, Entry("a.rcc", 5, large.Length)).SequenceEqual(large));
    }

    [Fact]
    public void Cut_NothingThere_NamesFileAndPackage()
    {
        var exception = Assert.Throws<EdgeRestoreException>(
            () => { PhotographCarving.Cut(new byte[64], Entry("a.edj", 5, 10)); });
        Assert.Contains("'a.edj'", exception.Message);
    }

    [Fact]
    public async Task ReadAsync_RealPackage_HandsOverTheWantedFiles()
    {
        var archive = BuildPackage(("usr/share/a.png", "one"), ("usr/share/b.png", "two"),
            ("usr/share/c.png", "three"));
        var found = new Dictionary<string, string>();
        await DebianPackage.ReadAsync(
            archive,
            new HashSet<string> { "usr/share/a.png", "usr/share/c.png" },
            (path, content) => found.Add(path, System.Text.Encoding.ASCII.GetString(content)),
            CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(new() { ["usr/share/a.png"] = "one", ["usr/share/c.png"] = "three" }, found);
    }

    [Fact]
    public async Task ReadAsync_NoPackage_SaysSo()
    {
        var path = Path.Combine(_folder, "x.deb");
        File.WriteAllText(path, "no package");
        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(() => DebianPackage.ReadAsync(
            path, new HashSet<string> { "a" }, (_, _) => { }, CancellationToken.None)
            .WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("x.deb", exception.Message);
    }

    [Fact]
    public async Task DownloadAsync_UnknownPackage_GivesTheCommandThatHelps()
    {
        var exception = await Assert.ThrowsAsync<EdgeRestoreException>(() => DebianPackage.DownloadAsync(
            "no-such-package-of-photographs", _folder, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("'no-such-package-of-photographs'", exception.Message);
        Assert.Contains("apt-get update", exception.Message);
    }

    private static Photograph Entry(string path, long offset, long length) =>
        new(PhotographSet.Train, "some-package", path, offset, length, 512, "MIT", "");

    private static byte[] Jpeg(int width, int height)
    {
        using var image = TestImages.Scene(width, height);
        return ImageCodec.Encode(image, ImageFileFormat.Jpeg);
    }

    private string BuildPackage(params (string Path, string Content)[] files)
    {
        var tree = Path.Combine(_folder, "tree");
        Directory.CreateDirectory(Path.Combine(tree, "DEBIAN"));
        File.WriteAllText(
            Path.Combine(tree, "DEBIAN", "control"),
            "Package: some-package\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: a "
            + "test\n");
        foreach (var (path, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, path))!);
            File.WriteAllText(Path.Combine(tree, path), content);
        }

        using var process = Process.Start(
            new ProcessStartInfo("dpkg-deb", ["--build", "--root-owner-group", tree, Path.Combine(_folder, "some.deb")])
            {
                RedirectStandardOutput = true,
            })!;
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        Assert.Equal(0, process.ExitCode);
        return Path.Combine(_folder, "some.deb");
    }

    private sealed class Reports(List<string> list) : IProgress<PhotographProgress>
    {
        public void Report(PhotographProgress value) => list.Add(value.Activity);
    }
}
