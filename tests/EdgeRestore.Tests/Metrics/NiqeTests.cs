using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Tests.Metrics;

public sealed class NiqeTests
{
    [Fact]
    public void Score_Noise_IsLessNaturalTheStrongerItIs()
    {
        var scores = new[] { 0, 15, 50 }
            .Select(sigma => ScoreOf((frame, seed) => AddNoise(frame, sigma, seed))).ToList();

        Assert.True(scores[0] < scores[1] && scores[1] < scores[2], string.Join(", ", scores));
    }

    [Fact]
    public void Add_Frame_CountsItsWholeBlocks()
    {
        var niqe = new Niqe();
        using var frame = Texture(200, 290, 1);

        niqe.Add(frame);

        Assert.Equal(2 * 3, niqe.BlockCount);
        using var small = Texture(95, 300, 1);
        niqe.Add(small);
        Assert.Equal(6, niqe.BlockCount);
    }

    [Fact]
    public void Score_OneBlock_IsNotANumber()
    {
        var niqe = new Niqe();
        using var frame = Texture(96, 96, 1);
        niqe.Add(frame);

        Assert.True(double.IsNaN(niqe.Score()));
    }

    [Fact]
    public void Of_GaussianNoise_HasTheShapeOfAGaussian()
    {
        // Noise over grey: normalised by its own deviation it stays nearly Gaussian, whose shape is 2, and symmetric.
        using var frame = Frame.Rent(96, 96, PixelFormat.Rgb24);
        frame.Pixels.Fill(128);
        AddNoise(frame, 20, 5);

        var features = Assert.Single(NiqeFeatures.Of(frame)).Features;

        Assert.Equal(NiqeModel.FeatureCount, features.Length);
        Assert.InRange(features[0], 1.7, 4.5);

        // Products of neighbours: their mean is about 0, both sides alike.
        Assert.Equal(features[4], features[5], 0.12);
    }

    [Fact]
    public void SymmetricEigen_Matrix_IsRebuiltOfItsValuesAndVectors()
    {
        var random = new Random(3);
        var matrix = new double[7, 7];
        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                matrix[i, j] = matrix[j, i] = random.NextDouble() - 0.5;
            }
        }

        var (values, vectors) = SymmetricEigen.Of(matrix);

        for (var i = 0; i < 7; i++)
        {
            for (var j = 0; j < 7; j++)
            {
                var sum = Enumerable.Range(0, 7).Sum(k => vectors[i, k] * values[k] * vectors[j, k]);
                Assert.Equal(matrix[i, j], sum, 1e-10);
            }
        }
    }

    [Fact]
    public void DistanceTo_Itself_IsZero_AndAShiftIsMeasuredInDeviations()
    {
        var random = new Random(1);
        var blocks = Enumerable.Range(0, 400)
            .Select(_ => Enumerable.Range(0, NiqeModel.FeatureCount).Select(_ => random.NextDouble()).ToArray())
            .ToList();
        var model = NiqeModel.Fit(blocks);
        var shifted = NiqeModel.Fit([.. blocks.Select(block => block.Select(value => value + 0.5).ToArray())]);

        Assert.Equal(0, model.DistanceTo(model), 1e-9);

        // Each of 36 features by 0.5 with a deviation of sqrt(1/12): about 6 sqrt(3); less or more as the sample's
        // features correlate.
        Assert.InRange(model.DistanceTo(shifted), 9, 12);
    }

    private static double ScoreOf(Action<Frame, int> degrade)
    {
        var niqe = new Niqe();
        for (var index = 0; index < 6; index++)
        {
            using var frame = Texture(288, 288, index);
            degrade(frame, index);
            niqe.Add(frame);
        }

        return niqe.Score();
    }

    // Sums of waves with falling amplitudes, as the spectra of photographs fall.
    private static Frame Texture(int width, int height, int seed)
    {
        var random = new Random(seed);
        var waves = Enumerable.Range(1, 60).Select(index => (
            X: (random.NextDouble() - 0.5) * index * 0.05,
            Y: (random.NextDouble() - 0.5) * index * 0.05,
            Phase: random.NextDouble() * 6.28,
            Amplitude: 40.0 / index)).ToList();
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var value = 120 + waves.Sum(
                    wave => wave.Amplitude * Math.Sin((wave.X * x) + (wave.Y * y) + wave.Phase));
                frame.Pixels.Slice(((y * width) + x) * 3, 3).Fill((byte)Math.Clamp(value, 0, 255));
            }
        }

        return frame;
    }

    private static void AddNoise(Frame frame, double sigma, int seed)
    {
        var prng = new EdgeRestore.Degradations.Prng((ulong)seed);
        foreach (ref var value in frame.Pixels)
        {
            value = (byte)Math.Clamp(value + (sigma * prng.NextGaussian()) + 0.5, 0, 255);
        }
    }
}
