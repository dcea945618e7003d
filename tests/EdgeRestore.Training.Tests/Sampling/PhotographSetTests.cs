using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;
using PhotographSet = EdgeRestore.Training.Sampling.PhotographSet;

namespace EdgeRestore.Training.Tests.Sampling;

public sealed class PhotographSetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-photographs-").FullName;

    public PhotographSetTests()
    {
        for (var index = 0; index < 5; index++)
        {
            Save($"large{index}", 101, 90);
            Save($"small{index}", 70, 60);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_SomeTooSmall_NamesThemWithTheLimit()
    {
        using var all = Load(isForClassifier: false);
        using var some = PhotographSet.Load(_folder, 2, 64, isForClassifier: false, CancellationToken.None);

        Assert.Null(all.LeftOut);
        Assert.Equal(5, some.Training.Count + some.Validation.Count);
        Assert.StartsWith(
            "5 of 10 photographs left out, smaller than 64x64 pixels: ", some.LeftOut, StringComparison.Ordinal);
        Assert.Contains("small3.png (70x60)", some.LeftOut, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ForTheClassifier_AddsHalvesOfWhatIsLargeEnough()
    {
        using var plain = Load(isForClassifier: false);
        using var varied = Load(isForClassifier: true);

        Assert.Equal(
            plain.Validation.Select(photograph => photograph.Name),
            varied.Validation.Select(photograph => photograph.Name));
        var sizes = varied.Training.Select(photograph => (photograph.Frame.Width, photograph.Frame.Height)).ToList();
        Assert.Equal(plain.Training.Count, sizes.Count(size => size != (50, 45)));
        Assert.Equal(sizes.Count(size => size == (101, 90)), sizes.Count(size => size == (50, 45)));
        Assert.Contains((50, 45), sizes);
    }

    [Fact]
    public void Load_ForTheClassifier_HalfIsTheMeanOfFourPixels()
    {
        using var varied = Load(isForClassifier: true);

        var half = varied.Training.First(photograph => photograph.Frame.Width == 50);
        var whole = varied.Training.Single(photograph => photograph.Name == half.Name && photograph.Frame.Width == 101);
        foreach (var (x, y) in new[] { (0, 0), (49, 44), (7, 30) })
        {
            var sum = Red(whole.Frame, 2 * x, 2 * y) + Red(whole.Frame, (2 * x) + 1, 2 * y)
                + Red(whole.Frame, 2 * x, (2 * y) + 1) + Red(whole.Frame, (2 * x) + 1, (2 * y) + 1);
            Assert.Equal((sum + 2) / 4, Red(half.Frame, x, y));
        }
    }

    [Fact]
    public void Load_ForTheClassifier_LeavesOutWhatIsHazyByNature()
    {
        var hazy = PhotographCatalog.Train.Where(photograph => photograph.HasFlag("hazy"))
            .Select(photograph => photograph.Name).Take(4).ToList();
        hazy.ForEach(name => Save(name, 70, 60));
        using var plain = Load(isForClassifier: false);
        Assert.NotEmpty(hazy.Intersect(plain.Training.Select(photograph => photograph.Name)));

        using var varied = Load(isForClassifier: true);

        Assert.Empty(hazy.Intersect(varied.Training.Select(photograph => photograph.Name)));
    }

    private static int Red(Frame frame, int x, int y) => frame.Pixels[((y * frame.Width) + x) * 3];

    private PhotographSet Load(bool isForClassifier) =>
        PhotographSet.Load(_folder, 2, 32, isForClassifier, CancellationToken.None);

    private void Save(string name, int width, int height)
    {
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        new Random(width).NextBytes(frame.Pixels);
        ImageCodec.Save(frame, Path.Combine(_folder, name + ".png"));
    }
}
