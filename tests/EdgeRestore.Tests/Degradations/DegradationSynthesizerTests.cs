using System.Security.Cryptography;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Degradations;

public sealed class DegradationSynthesizerTests : IDisposable
{
    private readonly DegradationSynthesizer _synthesizer = new();

    // SHA-256 of the bytes: a change of any formula, order or rounding shows here before it reaches the protocol.
    private static readonly Dictionary<Degradation, string> Golden = new()
    {
        [Degradation.Clear] = "37b044ffdbf2489d",
        [Degradation.Noise] = "c6fa3ef4900c35fd",
        [Degradation.Rain] = "c13a1a12ec8116b7",
        [Degradation.Haze] = "b894c79d5850ba17",
        [Degradation.Snow] = "fc1877675396421d",
        [Degradation.Blur] = "fb34666300854230",
        [Degradation.LowLight] = "60135d49cc221582",
        [Degradation.Compression] = "10395652217dd7a1",
        [Degradation.LowLightNoise] = "9d5315f546e5c71f",
        [Degradation.LowLightHaze] = "67e0726821573f16",
        [Degradation.LowLightRain] = "fa4571befd136f99",
        [Degradation.HazeRain] = "9c81c718dd00be88",
        [Degradation.HazeSnow] = "e1f3b217fef0e535",
    };

    public static TheoryData<Degradation> Degradations => [.. DegradationNames.All];

    public void Dispose() => _synthesizer.Dispose();

    [Theory]
    [MemberData(nameof(Degradations))]
    public void Apply_KnownSeed_GivesGoldenBytes(Degradation degradation)
    {
        using var clean = TestImages.Scene(97, 61);
        using var degraded = Degrade(clean, Draw(degradation, 42), 7);
        Assert.Equal(Golden.GetValueOrDefault(degradation),
            Convert.ToHexStringLower(SHA256.HashData(degraded.Pixels))[..16]);
    }

    [Theory]
    [MemberData(nameof(Degradations))]
    public void Apply_SameSeedAfterOtherWork_GivesSameBytes(Degradation degradation)
    {
        using var clean = TestImages.Scene(64, 48);
        var row = Draw(degradation, 3);
        using var first = Degrade(clean, row, 1);
        using var large = TestImages.Scene(130, 90);
        Degrade(large, Draw(Degradation.HazeSnow, 8), 2).Dispose();
        using var again = Degrade(clean, row, 1);
        using var fresh = new DegradationSynthesizer();
        using var other = Frame.Rent(64, 48, PixelFormat.Rgb24);
        fresh.Apply(clean, row, 1, other);
        Assert.True(first.Pixels.SequenceEqual(again.Pixels));
        Assert.True(first.Pixels.SequenceEqual(other.Pixels));
    }

    [Theory]
    [InlineData(Degradation.Noise)]
    [InlineData(Degradation.Rain)]
    [InlineData(Degradation.Snow)]
    [InlineData(Degradation.LowLight)]
    public void Apply_OtherSeed_GivesOtherBytes(Degradation degradation)
    {
        using var clean = TestImages.Scene(64, 48);
        var row = Draw(degradation, 3);
        using var first = Degrade(clean, row, 1);
        using var second = Degrade(clean, row, 2);
        Assert.False(first.Pixels.SequenceEqual(second.Pixels));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 17)]
    [InlineData(17, 1)]
    [InlineData(3, 5)]
    [InlineData(31, 33)]
    public void Apply_SmallAndOddSizes_Degrades(int width, int height)
    {
        using var clean = TestImages.Scene(width, height);
        foreach (var degradation in DegradationNames.All)
        {
            for (var seed = 0UL; seed < 4; seed++)
            {
                Degrade(clean, Draw(degradation, seed), seed).Dispose();
            }
        }
    }

    [Fact]
    public void Apply_Clear_CopiesInput()
    {
        using var clean = TestImages.Random(33, 21, PixelFormat.Rgb24, 1);
        using var degraded = Degrade(clean, Draw(Degradation.Clear, 1), 1);
        Assert.True(clean.Pixels.SequenceEqual(degraded.Pixels));
    }

    [Fact]
    public void Apply_InPlace_GivesSameBytes()
    {
        using var clean = TestImages.Scene(40, 40);
        var row = Draw(Degradation.Blur, 1);
        using var expected = Degrade(clean, row, 1);
        _synthesizer.Apply(clean, row, 1, clean);
        Assert.True(expected.Pixels.SequenceEqual(clean.Pixels));
    }

    [Fact]
    public void Apply_OtherFormatOrSize_SaysWhatIsAllowed()
    {
        using var gray = Frame.Rent(8, 8, PixelFormat.Gray8);
        using var rgb = TestImages.Scene(8, 8);
        using var larger = TestImages.Scene(9, 8);
        var row = Draw(Degradation.Noise, 1);
        Assert.Contains("Rgb24", Assert.Throws<ArgumentException>(() => _synthesizer.Apply(gray, row, 1, rgb)).Message);
        Assert.Contains("9x8", Assert.Throws<ArgumentException>(() => _synthesizer.Apply(rgb, row, 1, larger)).Message);
        Assert.Throws<ArgumentException>(() => _synthesizer.Apply(larger, 2, 0, row, 1, rgb));
    }

    private static DegradationParameters Draw(Degradation degradation, ulong seed)
    {
        var prng = new Prng(seed);
        return DegradationSampler.Training.Draw(degradation, ref prng);
    }

    private Frame Degrade(Frame clean, DegradationParameters parameters, ulong seed)
    {
        var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
        _synthesizer.Apply(clean, parameters, seed, degraded);
        return degraded;
    }
}
