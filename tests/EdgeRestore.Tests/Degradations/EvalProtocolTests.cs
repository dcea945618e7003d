using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Photographs;

namespace EdgeRestore.Tests.Degradations;

public sealed class EvalProtocolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void HashOf_EveryImageAndRow_IsCommitted()
    {
        foreach (var photograph in PhotographCatalog.HeldOut)
        {
            Assert.Matches("^[0-9a-f]{64}$", EvalProtocol.HashOf(photograph, EvalProtocol.CleanName));
            Assert.All(EvalRow.All, row => Assert.Matches("^[0-9a-f]{64}$", EvalProtocol.HashOf(photograph, row.Name)));
        }
    }

    [Fact]
    public void HashOf_ClearRow_IsTheCleanCrops() => Assert.All(
        PhotographCatalog.HeldOut,
        photograph => Assert.Equal(
            EvalProtocol.HashOf(photograph, EvalProtocol.CleanName), EvalProtocol.HashOf(photograph, "clear")));

    [Fact]
    public void All_Rows_CoverEveryDegradationAndThreeNoises()
    {
        Assert.Equal(DegradationNames.All, EvalRow.All.Select(row => row.Degradation).Distinct());
        Assert.Equal([15, 25, 50],
            EvalRow.All.Where(row => row.Degradation == Degradation.Noise).Select(row => row.Sigma!.Value));
        Assert.Equal(EvalRow.All.Length, EvalRow.All.Select(row => row.Name).Distinct().Count());
        Assert.Same(EvalRow.All[2], EvalRow.Find("Noise25"));
    }

    [Theory]
    [InlineData(1000, 700, 384, 384)]
    [InlineData(512, 341, 384, 336)]
    [InlineData(16, 31, 16, 16)]
    public void Crop_AnySize_IsCentralAndAMultipleOfSixteen(int width, int height, int cropWidth, int cropHeight)
    {
        using var image = TestImages.Random(width, height, PixelFormat.Rgb24, 1);
        using var crop = EvalProtocol.Crop(image);
        Assert.Equal((cropWidth, cropHeight), (crop.Width, crop.Height));
        var start = (((height - cropHeight) / 2 * width) + ((width - cropWidth) / 2)) * 3;
        Assert.True(image.Pixels.Slice(start, cropWidth * 3).SequenceEqual(crop.Pixels[..(cropWidth * 3)]));
    }

    [Fact]
    public void Crop_TooSmall_SaysWhatIsNeeded()
    {
        using var image = TestImages.Scene(15, 40);
        Assert.Contains("15x40", Assert.Throws<EdgeRestoreException>(() => EvalProtocol.Crop(image)).Message);
    }

    [Fact]
    public void ParametersOf_OtherImagesAndRows_Differ()
    {
        var (first, second) = (PhotographCatalog.HeldOut[0], PhotographCatalog.HeldOut[1]);
        var haze = EvalRow.Find("haze")!;
        Assert.Equal(EvalProtocol.ParametersOf(first, haze), EvalProtocol.ParametersOf(first, haze));
        Assert.NotEqual(EvalProtocol.ParametersOf(first, haze), EvalProtocol.ParametersOf(second, haze));
        Assert.NotEqual(EvalProtocol.SeedOf(first, haze), EvalProtocol.SeedOf(first, EvalRow.Find("rain")!));
        Assert.Equal(50.0, EvalProtocol.ParametersOf(first, EvalRow.Find("noise50")!).Noise!.Sigma);
    }

    [Fact]
    public void LoadClean_AnotherPicture_NamesImageHashesAndCause()
    {
        var library = new PhotographLibrary(_folder);
        var photograph = PhotographCatalog.HeldOut[0];
        using var other = TestImages.Scene(512, 341);
        ImageCodec.Save(other, library.PathOf(photograph));
        using var protocol = new EvalProtocol(library);
        var message = Assert.Throws<EdgeRestoreException>(() => protocol.LoadClean(photograph)).Message;
        Assert.Contains(photograph.Name, message);
        Assert.Contains(EvalProtocol.HashOf(photograph, "clean")!, message);
        Assert.Contains("fetch it again", message);
    }

    [Fact]
    public void LoadClean_NoPhotograph_SaysToFetch()
    {
        using var protocol = new EvalProtocol(new PhotographLibrary(_folder));
        Assert.Contains(
            "Fetch the photographs first",
            Assert.Throws<EdgeRestoreException>(() => protocol.LoadClean(PhotographCatalog.HeldOut[0])).Message);
    }

    [PhotographsFact]
    public void Enumerate_SecondGenerator_GivesTheCommittedInputs()
    {
        using var protocol = new EvalProtocol(PhotographsFactAttribute.Library!, isSecond: true);
        var names = protocol.Enumerate().Select(one => one.Row.Name).ToList();

        // Every input was compared with its hash on the way.
        Assert.Equal(EvalProtocol.CountCases(EvalRow.All.Length), names.Count);
        Assert.Equal(EvalRow.All.Length, names.Distinct().Count());
        Assert.Equal("eval-v2", protocol.ProtocolName);
    }

    [PhotographsFact]
    public void Enumerate_RealPhotographs_GivesTheCommittedInputs()
    {
        using var protocol = new EvalProtocol(PhotographsFactAttribute.Library!);
        var scores = new Dictionary<string, List<EvalScore>>();
        foreach (var one in protocol.Enumerate())
        {
            scores.TryAdd(one.Row.Name, []);
            scores[one.Row.Name].Add(new EvalScore(EdgeRestore.Metrics.Psnr.Compute(one.Clean, one.Degraded), 0, 0, 0));
        }

        // Severity of the inputs: means over the 24 photographs, in dB.
        Assert.Equal(EvalRow.All.Length, scores.Count);
        Assert.InRange(EvalScore.Mean(scores["noise25"]).PsnrIn, 20.6, 20.8);
        Assert.InRange(EvalScore.Mean(scores["rain"]).PsnrIn, 22.5, 24.5);
        Assert.InRange(EvalScore.Mean(scores["haze"]).PsnrIn, 12.0, 14.5);
        Assert.InRange(EvalScore.Mean(scores["snow"]).PsnrIn, 22.0, 24.5);
        Assert.InRange(EvalScore.Mean(scores["low-light"]).PsnrIn, 10.0, 12.0);
        Assert.InRange(EvalScore.Mean(scores["blur"]).PsnrIn, 21.0, 23.0);
        Assert.InRange(EvalScore.Mean(scores["compression"]).PsnrIn, 28.0, 30.0);
        Assert.Equal(60.0, EvalScore.Mean(scores["clear"]).PsnrIn);
    }
}
