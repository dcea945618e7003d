using System.Globalization;

namespace EdgeRestore.Metrics;

/// <summary>Mean and covariance of the features of many blocks.</summary>
internal sealed class NiqeModel
{
    public const int FeatureCount = 36;

    private const double SharpShare = 0.75;
    private const string ResourceName = "niqe.tsv";

    private static readonly Lazy<NiqeModel> Shipped = new(() =>
    {
        using var stream = typeof(NiqeModel).Assembly.GetManifestResourceStream(ResourceName)!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    });

    private NiqeModel(double[] mean, double[,] covariance)
    {
        Mean = mean;
        Covariance = covariance;
    }

    /// <summary>Of the training list's photographs.</summary>
    public static NiqeModel Default => Shipped.Value;

    public double[] Mean { get; }

    public double[,] Covariance { get; }

    /// <summary>Blocks with a feature that is not a number are left out.</summary>
    public static NiqeModel Fit(IReadOnlyCollection<double[]> blocks)
    {
        var whole = blocks.Where(block => Array.TrueForAll(block, double.IsFinite)).ToList();
        var mean = new double[FeatureCount];
        var covariance = new double[FeatureCount, FeatureCount];
        for (var i = 0; i < FeatureCount; i++)
        {
            mean[i] = whole.Count == 0 ? double.NaN : whole.Average(block => block[i]);
        }

        for (var i = 0; i < FeatureCount; i++)
        {
            for (var j = 0; j < FeatureCount; j++)
            {
                covariance[i, j] = whole.Sum(block => (block[i] - mean[i]) * (block[j] - mean[j]))
                    / Math.Max(1, whole.Count - 1);
            }
        }

        return new NiqeModel(mean, covariance);
    }

    /// <summary>The blocks of one photograph that are sharp enough to stand for it.</summary>
    public static IEnumerable<double[]> SharpBlocks(IReadOnlyList<(double[] Features, double Sharpness)> blocks)
    {
        var limit = SharpShare * blocks.Select(block => block.Sharpness).DefaultIfEmpty().Max();
        return blocks.Where(block => block.Sharpness > limit).Select(block => block.Features);
    }

    /// <summary>sqrt((m - n)' pinv((S + T) / 2) (m - n)).</summary>
    public double DistanceTo(NiqeModel other)
    {
        var both = new double[FeatureCount, FeatureCount];
        var difference = new double[FeatureCount];
        for (var i = 0; i < FeatureCount; i++)
        {
            difference[i] = Mean[i] - other.Mean[i];
            for (var j = 0; j < FeatureCount; j++)
            {
                both[i, j] = (Covariance[i, j] + other.Covariance[i, j]) / 2;
            }
        }

        if (!Array.TrueForAll(difference, double.IsFinite))
        {
            return double.NaN;
        }

        var (values, vectors) = SymmetricEigen.Of(both);

        // numpy.linalg.pinv's cut: 1e-15 of the largest.
        var cut = 1e-15 * values.Max(Math.Abs);
        var sum = 0.0;
        for (var k = 0; k < FeatureCount; k++)
        {
            if (Math.Abs(values[k]) > cut)
            {
                var projection = 0.0;
                for (var i = 0; i < FeatureCount; i++)
                {
                    projection += vectors[i, k] * difference[i];
                }

                sum += projection * projection / values[k];
            }
        }

        return Math.Sqrt(Math.Max(0, sum));
    }

    /// <summary>One line for the mean, then one for each row of the covariance.</summary>
    public override string ToString()
    {
        return string.Concat(Enumerable.Range(-1, FeatureCount + 1).Select(row => Line(row) + "\n"));

        string Line(int row) => string.Join(
            '\t',
            Enumerable.Range(0, FeatureCount).Select(column =>
                (row < 0 ? Mean[column] : Covariance[row, column]).ToString("G9", CultureInfo.InvariantCulture)));
    }

    private static NiqeModel Parse(string text)
    {
        var rows = text.TrimEnd('\n').Split('\n')
            .Select(line => line.Split('\t').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray())
            .ToArray();
        var covariance = new double[FeatureCount, FeatureCount];
        for (var i = 0; i < FeatureCount; i++)
        {
            for (var j = 0; j < FeatureCount; j++)
            {
                covariance[i, j] = rows[i + 1][j];
            }
        }

        return new NiqeModel(rows[0], covariance);
    }
}
