using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;
using EdgeRestore.Photographs;

namespace EdgeRestore.Tests.Degradations;

public sealed class SecondGeneratorTests
{
    public static TheoryData<string> Rows => [.. EvalRow.All.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_SameSeed_GivesTheSameBytes_AndAnotherSeedOthers(string name)
    {
        var row = EvalRow.Find(name)!;
        using var clean = TestImages.Scene(96, 64);
        using var generator = new SecondGenerator();
        using var first = Frame.Rent(96, 64, PixelFormat.Rgb24);
        using var again = Frame.Rent(96, 64, PixelFormat.Rgb24);
        using var other = Frame.Rent(96, 64, PixelFormat.Rgb24);

        generator.Apply(clean, row, 7, first);
        generator.Apply(clean, row, 7, again);
        generator.Apply(clean, row, 8, other);

        Assert.True(first.Pixels.SequenceEqual(again.Pixels));
        var isClear = row.Degradation == Degradation.Clear;
        Assert.Equal(isClear, first.Pixels.SequenceEqual(other.Pixels));
        Assert.Equal(isClear, first.Pixels.SequenceEqual(clean.Pixels));
    }

    [Theory]
    [InlineData("rain")]
    [InlineData("haze")]
    [InlineData("snow")]
    [InlineData("blur")]
    [InlineData("low-light")]
    public void Apply_OtherFormula_DiffersFromTheFirstGenerators(string name)
    {
        var row = EvalRow.Find(name)!;
        using var clean = TestImages.Scene(128, 128);
        using var second = Frame.Rent(128, 128, PixelFormat.Rgb24);
        using var first = Frame.Rent(128, 128, PixelFormat.Rgb24);
        using var generator = new SecondGenerator();
        using var synthesizer = new DegradationSynthesizer();
        var photograph = PhotographCatalog.HeldOut[0];

        generator.Apply(clean, row, 1, second);
        synthesizer.Apply(clean, EvalProtocol.ParametersOf(photograph, row), 1, first);

        // As far from each other as two degraded images are, not two roundings of one.
        Assert.InRange(Psnr.Compute(first, second), 5, 40);
        Assert.InRange(Psnr.Compute(clean, second), 5, 35);
    }

    [Fact]
    public void Apply_LowLight_IsDarkAndKeepsTheOrderOfBrightness()
    {
        using var clean = TestImages.Scene(128, 128);
        using var dark = Frame.Rent(128, 128, PixelFormat.Rgb24);
        using var generator = new SecondGenerator();

        generator.Apply(clean, EvalRow.Find("low-light")!, 3, dark);

        Assert.InRange(Mean(dark), 5, 0.55 * Mean(clean));
    }

    [Fact]
    public void Apply_Haze_LowersContrastAndSaturation()
    {
        using var clean = TestImages.Scene(128, 128);
        using var hazy = Frame.Rent(128, 128, PixelFormat.Rgb24);
        using var generator = new SecondGenerator();

        generator.Apply(clean, EvalRow.Find("haze")!, 3, hazy);

        Assert.True(Deviation(hazy) < 0.8 * Deviation(clean), $"{Deviation(hazy)} of {Deviation(clean)}");
    }

    private static double Mean(Frame frame) => frame.Pixels.ToArray().Average(value => value);

    private static double Deviation(Frame frame)
    {
        var mean = Mean(frame);
        return Math.Sqrt(frame.Pixels.ToArray().Average(value => (value - mean) * (value - mean)));
    }
}
