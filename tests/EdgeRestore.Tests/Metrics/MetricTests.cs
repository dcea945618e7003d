using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Tests.Metrics;

public sealed class MetricTests
{
    // scikit-image 0.19.3 (Debian 12) on the same images: structural_similarity(a / 255, b / 255, channel_axis=2,
    // data_range=1.0) and peak_signal_noise_ratio(a, b). Both compute in double; the sums differ only in order.
    private const double Tolerance = 1e-9;

    public static TheoryData<string, double, double> Golden => new()
    {
        { "noise", 0.27338486634404163, 20.174039085033783 },
        { "blur", 0.8509859489121679, 31.39755735877206 },
        { "dark", 0.5147621278077351, 9.671193746323333 },
        { "random", 0.00997321493043278, 9.59662185636998 },
        { "inverted", -0.10654599266570464, 9.709778647662048 },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Compute_KnownPair_MatchesScikitImage(string name, double ssim, double psnr)
    {
        using var clean = TestImages.Scene(97, 61);
        using var other = Make(name, clean);
        Assert.Equal(ssim, Ssim.Compute(clean, other), Tolerance);
        Assert.Equal(psnr, Psnr.Compute(clean, other), Tolerance);
    }

    [Fact]
    public void Compute_IdenticalImages_GivesCapAndOne()
    {
        using var image = TestImages.Random(20, 15, PixelFormat.Rgb24, 2);
        Assert.Equal(60.0, Psnr.Compute(image, image));
        Assert.Equal(1.0, Ssim.Compute(image, image), Tolerance);
    }

    [Fact]
    public void Psnr_OneLevelEverywhere_Is48Decibels()
    {
        using var first = TestImages.Solid(8, 8, 10, 20, 30);
        using var second = TestImages.Solid(8, 8, 11, 19, 31);
        Assert.Equal(48.1308, Psnr.Compute(first, second), 4);
    }

    [Fact]
    public void Ssim_SmallestImage_IsOneWindow()
    {
        using var first = TestImages.Random(7, 7, PixelFormat.Rgb24, 2);
        Assert.Equal(1.0, Ssim.Compute(first, first), Tolerance);
        using var small = TestImages.Scene(6, 9);
        Assert.Contains("6x9", Assert.Throws<ArgumentException>(() => Ssim.Compute(small, small)).Message);
    }

    [Fact]
    public void Compute_SizesOrFormatsThatDiffer_AreRefused()
    {
        using var first = TestImages.Scene(8, 8);
        using var second = TestImages.Scene(8, 9);
        using var gray = Frame.Rent(8, 8, PixelFormat.Gray8);
        Assert.Contains("8x8 and 8x9", Assert.Throws<ArgumentException>(() => Psnr.Compute(first, second)).Message);
        Assert.Contains("Gray8", Assert.Throws<ArgumentException>(() => Ssim.Compute(first, gray)).Message);
    }

    private static Frame Make(string name, Frame clean)
    {
        if (name == "random")
        {
            return TestImages.Random(97, 61, PixelFormat.Rgb24, 1);
        }

        var result = Frame.Rent(97, 61, PixelFormat.Rgb24);
        if (name == "inverted")
        {
            for (var index = 0; index < clean.LengthBytes; index++)
            {
                result.Pixels[index] = (byte)(255 - clean.Pixels[index]);
            }

            return result;
        }

        DegradationParameters row = name switch
        {
            "noise" => new() { Degradation = Degradation.Noise, Noise = new(25.0) },
            "blur" => new() { Degradation = Degradation.Blur, Blur = new(BlurKind.Line, 9.0, 30.0) },
            _ => new() { Degradation = Degradation.LowLight, LowLight = new(2.2, 0.7, 0.0) },
        };
        using var synthesizer = new DegradationSynthesizer();
        synthesizer.Apply(clean, row, 7, result);
        return result;
    }
}
