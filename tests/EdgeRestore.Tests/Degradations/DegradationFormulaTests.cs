using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Degradations;

/// <summary>Each stage against its formula, written here a second time and as plainly as possible.</summary>
public sealed class DegradationFormulaTests : IDisposable
{
    private readonly DegradationSynthesizer _synthesizer = new();

    public void Dispose() => _synthesizer.Dispose();

    [Theory]
    [InlineData(15.0)]
    [InlineData(25.0)]
    [InlineData(50.0)]
    public void Noise_OnMidGrey_HasItsSigma(double sigma)
    {
        using var clean = TestImages.Solid(256, 256, 128, 128, 128);
        using var noisy = Apply(clean, new() { Degradation = Degradation.Noise, Noise = new(sigma) });
        double sum = 0, squares = 0;
        foreach (var value in noisy.Pixels)
        {
            sum += value - 128.0;
            squares += (value - 128.0) * (value - 128.0);
        }

        // Rounding adds 1/12 to the variance; at 50 clipping at 2.5 sigma takes about 1.5 percent.
        Assert.InRange(sum / noisy.LengthBytes, -0.5, 0.5);
        Assert.InRange(Math.Sqrt(squares / noisy.LengthBytes), sigma * 0.97, sigma * 1.01);
    }

    [Fact]
    public void LowLight_WithoutNoise_IsGainTimesPower()
    {
        using var clean = TestImages.Random(32, 32, PixelFormat.Rgb24, 4);
        using var dark = Apply(clean, new() { Degradation = Degradation.LowLight, LowLight = new(2.3, 0.7, 0.0) });
        for (var index = 0; index < clean.LengthBytes; index++)
        {
            var expected = 255.0 * 0.7 * Math.Pow(clean.Pixels[index] / 255.0, 2.3);
            Assert.InRange(dark.Pixels[index] - expected, -0.501, 0.501);
        }
    }

    [Fact]
    public void LowLight_ShotNoise_GrowsWithTheSignal()
    {
        var light = new LowLightParameters(1.0, 1.0, 2e-3);
        Assert.InRange(Deviation(230, light) / Deviation(58, light), 1.8, 2.2);
    }

    [Fact]
    public void Haze_ConstantDepth_IsAtmosphericScattering()
    {
        using var clean = TestImages.Random(32, 32, PixelFormat.Rgb24, 4);
        var haze = new HazeParameters(1.3, 0.8, 0.85, 0.9) { Model = HazeDepthModel.Constant };
        using var hazy = Apply(clean, new() { Degradation = Degradation.Haze, Haze = haze });
        var t = Math.Exp(-1.3);
        double[] airlight = [0.8, 0.85, 0.9];
        for (var index = 0; index < clean.LengthBytes; index++)
        {
            var expected = (clean.Pixels[index] * t) + (255.0 * airlight[index % 3] * (1.0 - t));
            Assert.InRange(hazy.Pixels[index] - expected, -0.501, 0.501);
        }
    }

    [Fact]
    public void Haze_ThickAir_KeepsATenthOfTheScene()
    {
        using var black = TestImages.Solid(16, 16, 0, 0, 0);
        var haze = new HazeParameters(9.0, 1.0, 1.0, 1.0) { Model = HazeDepthModel.Constant };
        using var hazy = Apply(black, new() { Degradation = Degradation.Haze, Haze = haze });
        Assert.All(hazy.Pixels.ToArray(), value => Assert.InRange(value, 229, 230));
    }

    [Fact]
    public void Haze_Ground_IsThickerAboveTheHorizon()
    {
        using var clean = TestImages.Solid(64, 96, 20, 20, 20);
        var haze = new HazeParameters(1.5, 0.9, 0.9, 0.9)
        {
            Model = HazeDepthModel.Ground,
            Horizon = 0.4,
            Falloff = 0.1,
        };
        using var hazy = Apply(clean, new() { Degradation = Degradation.Haze, Haze = haze });
        Assert.True(Mean(hazy, 0, 30) > Mean(hazy, 70, 96) + 60.0);
    }

    [Fact]
    public void Haze_DarkChannel_IsThickerWhereTheImageIsBright()
    {
        using var clean = TestImages.Solid(64, 96, 20, 20, 20);
        clean.Pixels[..(64 * 48 * 3)].Fill(200);
        var haze = new HazeParameters(1.5, 0.95, 0.95, 0.95) { Model = HazeDepthModel.DarkChannel };
        using var hazy = Apply(clean, new() { Degradation = Degradation.Haze, Haze = haze });
        var top = (Mean(hazy, 0, 20) - 200.0) / ((255.0 * 0.95) - 200.0);
        var bottom = (Mean(hazy, 76, 96) - 20.0) / ((255.0 * 0.95) - 20.0);
        Assert.True(top > 0.7 && bottom < 0.1, $"shares of airlight {top} and {bottom}");
    }

    [Theory]
    [InlineData(RainBlend.Add)]
    [InlineData(RainBlend.Screen)]
    public void Rain_OnAnyImage_OnlyBrightens(RainBlend blend)
    {
        using var clean = TestImages.Scene(128, 128);
        var layer = new RainLayer(0.001, 25.0, 10.0, 0.8, 0.5);
        using var rainy = Apply(clean, new() { Degradation = Degradation.Rain, Rain = new(blend, [layer]) });
        var brighter = 0;
        for (var index = 0; index < clean.LengthBytes; index++)
        {
            Assert.True(rainy.Pixels[index] >= clean.Pixels[index]);
            brighter += rainy.Pixels[index] > clean.Pixels[index] + 20 ? 1 : 0;
        }

        Assert.InRange(brighter / (double)clean.LengthBytes, 0.005, 0.2);
    }

    [Fact]
    public void Rain_Streaks_FollowTheirAngle()
    {
        using var clean = TestImages.Solid(200, 200, 0, 0, 0);
        var layer = new RainLayer(0.002, 30.0, 30.0, 0.7, 0.6);
        using var rainy = Apply(clean, new() { Degradation = Degradation.Rain, Rain = new(RainBlend.Add, [layer]) });
        Assert.True(Correlation(rainy, 5, 9) > 3.0 * Correlation(rainy, -5, 9));
    }

    [Fact]
    public void Snow_OnBlack_CoversWithWhiteFlakes()
    {
        using var clean = TestImages.Solid(256, 256, 0, 0, 0);
        var snow = new SnowParameters(0.0, 1.0, [new SnowLayer(0.001, (2.0, 2.0), (1.0, 1.0), 0.0, false)]);
        using var snowy = Apply(clean, new() { Degradation = Degradation.Snow, Snow = snow });
        Assert.Equal(255, snowy.Pixels.ToArray().Max());

        // 65.5 disks of radius 2 expected: area pi * 4 each.
        Assert.InRange(Mean(snowy, 0, 256) / 255.0, 0.0085, 0.0155);
    }

    [Fact]
    public void Snow_Veil_MixesWithWhite()
    {
        using var clean = TestImages.Solid(8, 8, 100, 100, 100);
        using var veiled = Apply(clean, new() { Degradation = Degradation.Snow, Snow = new(0.0, 0.8, []) });
        Assert.All(veiled.Pixels.ToArray(), value => Assert.Equal(131, value));
    }

    [Theory]
    [InlineData(BlurKind.Line, 9.0, 0.0)]
    [InlineData(BlurKind.Line, 15.0, 37.0)]
    [InlineData(BlurKind.Trajectory, 20.0, 0.0)]
    public void Blur_AnyKernel_IsConvolutionInLinearLight(BlurKind kind, double length, double angle)
    {
        var blur = new BlurParameters(kind, length, angle);
        using var clean = TestImages.Random(45, 39, PixelFormat.Rgb24, 12);
        using var blurred = Apply(clean, new() { Degradation = Degradation.Blur, Blur = blur }, seed: 77);

        // The synthesizer's purpose number of blur is 4.
        var prng = new Prng(77, 4);
        var kernel = MotionKernel.Build(blur, ref prng);
        for (var y = 0; y < clean.Height; y++)
        {
            for (var x = 0; x < clean.Width; x++)
            {
                var sum = 0.0;
                foreach (var (offsetX, offsetY, weight) in kernel.Taps)
                {
                    var (sourceX, sourceY) = (Fold(x + offsetX, clean.Width), Fold(y + offsetY, clean.Height));
                    sum += weight * Decode(clean.Pixels[((sourceY * clean.Width) + sourceX) * 3] / 255.0);
                }

                var expected = 255.0 * Encode(Math.Clamp(sum, 0.0, 1.0));
                Assert.InRange(blurred.Pixels[((y * clean.Width) + x) * 3] - expected, -0.52, 0.52);
            }
        }
    }

    [Fact]
    public void Blur_WindowOfLargerImage_EqualsWholeImageThere()
    {
        using var image = TestImages.Random(96, 80, PixelFormat.Rgb24, 12);
        var row = new DegradationParameters { Degradation = Degradation.Blur, Blur = new(BlurKind.Line, 13.0, 60.0) };
        using var whole = Apply(image, row);
        using var window = Frame.Rent(40, 30, PixelFormat.Rgb24);
        _synthesizer.Apply(image, 21, 17, row, 1, window);
        for (var y = 0; y < 30; y++)
        {
            var expected = whole.Pixels.Slice((((17 + y) * 96) + 21) * 3, 120);
            Assert.True(expected.SequenceEqual(window.Pixels.Slice(y * 120, 120)));
        }
    }

    [Fact]
    public void Compression_WithoutShift_IsOneJpegRoundTrip()
    {
        using var clean = TestImages.Scene(67, 45);
        using var degraded = Apply(clean, new() { Degradation = Degradation.Compression, Compression = new(20, 0, 0) });
        using var codec = new JpegCodec();
        using var expected = codec.Decode(codec.Encode(clean, 20).ToArray());
        Assert.True(expected.Pixels.SequenceEqual(degraded.Pixels));
    }

    [Fact]
    public void Compression_WithShift_MovesTheBlockGrid()
    {
        using var clean = TestImages.Scene(67, 45);
        using var aligned = Apply(clean, new() { Degradation = Degradation.Compression, Compression = new(20, 0, 0) });
        using var shifted = Apply(clean, new() { Degradation = Degradation.Compression, Compression = new(20, 3, 5) });
        Assert.False(aligned.Pixels.SequenceEqual(shifted.Pixels));
    }

    [Fact]
    public void LowLightHaze_IsHazedAfterDarkening()
    {
        using var clean = TestImages.Random(24, 24, PixelFormat.Rgb24, 9);
        var light = new LowLightParameters(2.0, 0.8, 0.0);
        var haze = new HazeParameters(0.9, 0.8, 0.8, 0.8) { Model = HazeDepthModel.Constant };
        using var both = Apply(clean, new() { Degradation = Degradation.LowLightHaze, LowLight = light, Haze = haze });
        var t = Math.Exp(-0.9);
        for (var index = 0; index < clean.LengthBytes; index++)
        {
            var dark = 0.8 * Math.Pow(clean.Pixels[index] / 255.0, 2.0);
            Assert.InRange(both.Pixels[index] - (255.0 * ((dark * t) + (0.8 * (1.0 - t)))), -0.501, 0.501);
        }
    }

    [Fact]
    public void HazeSnow_FlakesAreVeiledByHaze()
    {
        using var black = TestImages.Solid(128, 128, 0, 0, 0);
        var snow = new SnowParameters(0.0, 1.0, [new SnowLayer(0.01, (2.0, 3.0), (1.0, 1.0), 0.0, false)]);
        var haze = new HazeParameters(1.0, 0.6, 0.6, 0.6) { Model = HazeDepthModel.Constant };
        using var both = Apply(black, new() { Degradation = Degradation.HazeSnow, Snow = snow, Haze = haze });
        var t = Math.Exp(-1.0);

        // A flake in front of the haze would be 255.
        var expected = 255.0 * (t + (0.6 * (1.0 - t)));
        Assert.InRange(both.Pixels.ToArray().Max() - expected, -0.6, 0.6);
    }

    [Fact]
    public void LowLightRain_StreaksAreNotDarkened()
    {
        using var gray = TestImages.Solid(128, 128, 60, 60, 60);
        var rain = new RainParameters(RainBlend.Add, [new RainLayer(0.002, 20.0, 0.0, 1.0, 0.6)]);
        using var both = Apply(gray,
            new() { Degradation = Degradation.LowLightRain, LowLight = new(2.5, 0.6, 0.0), Rain = rain });
        Assert.InRange(both.Pixels.ToArray().Max(), (byte)100, (byte)255);
    }

    [Fact]
    public void LowLightNoise_NoiseIsNotDarkened()
    {
        using var gray = TestImages.Solid(128, 128, 180, 180, 180);
        using var both = Apply(gray,
            new() { Degradation = Degradation.LowLightNoise, LowLight = new(2.0, 0.6, 0.0), Noise = new(15.0) });
        var mean = Mean(both, 0, 128);
        var variance = both.Pixels.ToArray().Average(value => (value - mean) * (value - mean));
        Assert.InRange(Math.Sqrt(variance), 14.5, 15.5);
    }

    private Frame Apply(Frame clean, DegradationParameters parameters, ulong seed = 1)
    {
        var degraded = Frame.Rent(clean.Width, clean.Height, PixelFormat.Rgb24);
        _synthesizer.Apply(clean, parameters, seed, degraded);
        return degraded;
    }

    private double Deviation(byte level, LowLightParameters light)
    {
        using var clean = TestImages.Solid(128, 128, level, level, level);
        using var dark = Apply(clean, new() { Degradation = Degradation.LowLight, LowLight = light });
        return Math.Sqrt(dark.Pixels.ToArray().Average(value => (value - level) * (double)(value - level)));
    }

    private static double Mean(Frame frame, int top, int bottom)
    {
        var rows = frame.Pixels[(top * frame.Width * 3)..(bottom * frame.Width * 3)];
        var sum = 0.0;
        foreach (var value in rows)
        {
            sum += value;
        }

        return sum / rows.Length;
    }

    private static double Correlation(Frame frame, int shiftX, int shiftY)
    {
        var sum = 0.0;
        for (var y = 0; y < frame.Height - shiftY; y++)
        {
            for (var x = Math.Max(0, -shiftX); x < frame.Width - Math.Max(0, shiftX); x++)
            {
                sum += frame.Pixels[((y * frame.Width) + x) * 3]
                    * (double)frame.Pixels[(((y + shiftY) * frame.Width) + x + shiftX) * 3];
            }
        }

        return sum;
    }

    private static int Fold(int index, int length)
    {
        while (index < 0 || index >= length)
        {
            index = index < 0 ? -index : (2 * (length - 1)) - index;
        }

        return index;
    }

    private static double Decode(double value) =>
        value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);

    private static double Encode(double value) =>
        value <= 0.0031308 ? value * 12.92 : (1.055 * Math.Pow(value, 1.0 / 2.4)) - 0.055;
}
