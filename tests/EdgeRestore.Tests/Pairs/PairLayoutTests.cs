using EdgeRestore.Degradations;
using EdgeRestore.Pairs;

namespace EdgeRestore.Tests.Pairs;

public sealed class PairLayoutTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-pairs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(
        "generic",
        "input/a.png target/a.jpg input/b/c.png target/b/c.png",
        "input/a.png=target/a.jpg input/b/c.png=target/b/c.png")]
    [InlineData(
        "generic",
        "train/lq/1.png train/gt/1.png test/lq/1.png test/gt/1.png",
        "test/lq/1.png=test/gt/1.png train/lq/1.png=train/gt/1.png")]
    [InlineData(
        "rain100l",
        "rain-001.png norain-001.png rain-002.png norain-002.png",
        "rain-001.png=norain-001.png rain-002.png=norain-002.png")]
    [InlineData(
        "rain100l",
        "rainy/rain-1.png gt/norain-1.png rainy/rain-2.png gt/norain-2.png",
        "rainy/rain-1.png=gt/norain-1.png rainy/rain-2.png=gt/norain-2.png")]
    [InlineData(
        "rain100l",
        "input/1.png target/1.png input/2.png target/2.png",
        "input/1.png=target/1.png input/2.png=target/2.png")]
    [InlineData(
        "reside",
        "synthetic/part1/0005_0.8_0.04.jpg synthetic/part2/0005_1_0.2.jpg original/0005.jpg",
        "synthetic/part1/0005_0.8_0.04.jpg=original/0005.jpg "
        + "synthetic/part2/0005_1_0.2.jpg=original/0005.jpg")]
    [InlineData(
        "reside",
        "hazy/0001_0.8_0.2.jpg hazy/0002_0.9_0.1.jpg gt/0001.png gt/0002.png",
        "hazy/0001_0.8_0.2.jpg=gt/0001.png hazy/0002_0.9_0.1.jpg=gt/0002.png")]
    [InlineData(
        "gopro",
        "train/G1/blur/01.png train/G1/sharp/01.png train/G2/blur/01.png train/G2/sharp/01.png "
        + "train/G1/blur_gamma/01.png",
        "train/G1/blur/01.png=train/G1/sharp/01.png train/G2/blur/01.png=train/G2/sharp/01.png")]
    [InlineData(
        "lol",
        "our485/low/2.png our485/high/2.png eval15/low/1.png eval15/high/1.png",
        "eval15/low/1.png=eval15/high/1.png our485/low/2.png=our485/high/2.png")]
    [InlineData(
        "cdd11",
        "clear/1.png low/1.png haze_rain/1.png low_haze_rain/1.png low_snow/1.png",
        "haze_rain/1.png=clear/1.png low/1.png=clear/1.png")]
    [InlineData("bsd-wed", "BSD400/a.jpg WED/b.png notes.txt", "BSD400/a.jpg=BSD400/a.jpg WED/b.png=WED/b.png")]
    public void Find_ConventionOfTheField_PairsItsFiles(string layout, string files, string expected)
    {
        Touch(files);

        var pairs = PairLayout.Find(layout)!.Find(_folder, Degradation.Snow);

        Assert.Equal(
            expected.Split(' '), pairs.Select(pair => $"{Relative(pair.InputPath)}={Relative(pair.TargetPath)}"));
    }

    [Fact]
    public void Find_Degradations_AreTheLayoutsOrTheFoldersOrTheOnesGiven()
    {
        Touch("input/a.png target/a.png input/b.png target/b.png clear/1.png low_haze/1.png haze/1.png");

        Assert.Equal([Degradation.Snow, Degradation.Snow], Of("generic"));
        Assert.Equal([Degradation.Rain, Degradation.Rain], Of("rain100l"));
        Assert.Equal([Degradation.Haze, Degradation.LowLightHaze], Of("cdd11"));

        IEnumerable<Degradation> Of(string layout) =>
            PairLayout.Find(layout)!.Find(_folder, Degradation.Snow).Select(pair => pair.Degradation);
    }

    [Theory]
    [InlineData("generic", "input/a.png target/a.png input/b.png target/c.png", "input/b.png, target/c.png")]
    [InlineData("reside", "hazy/1_2.jpg hazy/1_3.jpg hazy/4_1.jpg clear/1.jpg", "hazy/4_1.jpg")]
    [InlineData("cdd11", "clear/1.png rain/1.png snow/2.png", "snow/2.png")]
    [InlineData("lol", "low/1.png low/2.png low/3.png low/4.png low/5.png low/6.png low/7.png", "low/5.png and 2 more")]
    public void Find_FilesWithoutCounterpart_NamesThem(string layout, string files, string expected)
    {
        Touch(files);

        var error = Assert.Throws<EdgeRestoreException>(() => PairLayout.Find(layout)!.Find(_folder, Degradation.Snow));

        Assert.Contains("have no counterpart", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NoFolderOrNoPairs_SaysWhatTheLayoutIs()
    {
        var missing = Assert.Throws<EdgeRestoreException>(
            () => PairLayout.Find("gopro")!.Find(Path.Combine(_folder, "none"), null));
        var empty = Assert.Throws<EdgeRestoreException>(() => PairLayout.Find("gopro")!.Find(_folder, null));

        Assert.Contains("blur or input beside sharp or target", missing.Message, StringComparison.Ordinal);
        Assert.Contains("has 0 pairs by layout 'gopro'", empty.Message, StringComparison.Ordinal);
    }

    private string Relative(string path) => Path.GetRelativePath(_folder, path);

    private void Touch(string files)
    {
        foreach (var file in files.Split(' '))
        {
            var path = Path.Combine(_folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, []);
        }
    }
}
