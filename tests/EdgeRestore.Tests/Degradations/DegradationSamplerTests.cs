using EdgeRestore.Degradations;

namespace EdgeRestore.Tests.Degradations;

public sealed class DegradationSamplerTests
{
    public static TheoryData<Degradation> Degradations => [.. DegradationNames.All];

    [Theory]
    [MemberData(nameof(Degradations))]
    public void Draw_AnyDegradation_SetsExactlyItsConstituents(Degradation degradation)
    {
        var prng = new Prng(5);
        var row = DegradationSampler.Training.Draw(degradation, ref prng);
        var parts = degradation.Constituents();
        Assert.Equal(degradation, row.Degradation);
        Assert.Equal(parts.Contains(Degradation.Noise), row.Noise is not null);
        Assert.Equal(parts.Contains(Degradation.Rain), row.Rain is not null);
        Assert.Equal(parts.Contains(Degradation.Haze), row.Haze is not null);
        Assert.Equal(parts.Contains(Degradation.Snow), row.Snow is not null);
        Assert.Equal(parts.Contains(Degradation.Blur), row.Blur is not null);
        Assert.Equal(parts.Contains(Degradation.LowLight), row.LowLight is not null);
        Assert.Equal(parts.Contains(Degradation.Compression), row.Compression is not null);
    }

    [Fact]
    public void Draw_ManyTrainingRows_StayInRanges()
    {
        var prng = new Prng(17);
        var ranges = DegradationRanges.Training;
        for (var index = 0; index < 500; index++)
        {
            Assert.True(ranges.Sigma.Contains(
                DegradationSampler.Training.Draw(Degradation.Noise, ref prng).Noise!.Sigma));
            var pair = DegradationSampler.Training.Draw(Degradation.LowLightNoise, ref prng);
            Assert.True(ranges.PairSigma.Contains(pair.Noise!.Sigma));
            Assert.True(ranges.Gamma.Contains(pair.LowLight!.Gamma));
            Assert.InRange(pair.LowLight.Shot, ranges.Shot.Low, ranges.Shot.High);
            var rain = DegradationSampler.Training.Draw(Degradation.Rain, ref prng).Rain!;
            Assert.InRange(rain.Layers.Length, 1, 3);
            Assert.All(rain.Layers, layer => Assert.True(ranges.RainIntensity.Contains(layer.Intensity)));
            var jpeg = DegradationSampler.Training.Draw(Degradation.Compression, ref prng).Compression!;
            Assert.InRange(jpeg.Quality, 10, 40);
            Assert.InRange(jpeg.GridShiftX, 0, 7);
            var haze = DegradationSampler.Training.Draw(Degradation.Haze, ref prng).Haze!;
            Assert.InRange(haze.AirlightRed, 0.6, 1.0);
        }
    }

    [Fact]
    public void Evaluation_EveryInterval_LiesWithinTraining()
    {
        foreach (var property in typeof(DegradationRanges).GetProperties())
        {
            if (property.PropertyType == typeof(Interval))
            {
                var training = (Interval)property.GetValue(DegradationRanges.Training)!;
                var evaluation = (Interval)property.GetValue(DegradationRanges.Evaluation)!;
                Assert.True(training.Contains(evaluation), $"{property.Name}: {evaluation} is not within {training}");
            }
        }

        Assert.InRange(DegradationRanges.Evaluation.Quality.Low, 10, 40);
        Assert.InRange(DegradationRanges.Evaluation.Quality.High, 10, 40);
    }

    [Fact]
    public void Draw_EqualGenerators_GiveEqualRows()
    {
        var first = new Prng(99);
        var second = new Prng(99);
        Assert.Equal(
            DegradationSampler.Training.Draw(Degradation.LowLightHaze, ref first),
            DegradationSampler.Training.Draw(Degradation.LowLightHaze, ref second));
    }
}
