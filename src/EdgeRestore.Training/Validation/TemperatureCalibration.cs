namespace EdgeRestore.Training.Validation;

/// <summary>Finds the temperature under which probabilities mean what they say (arXiv 1706.04599).</summary>
internal static class TemperatureCalibration
{
    private const int Iterations = 60;

    /// <summary>The factor on logits that gives labelled samples the smallest negative log-likelihood.</summary>
    /// <param name="logits">Per sample, one value per class.</param>
    /// <param name="labels">Class index per sample.</param>
    public static double FindFactor(IReadOnlyList<float[]> logits, IReadOnlyList<int> labels)
    {
        // The likelihood is convex in the factor, so in its logarithm it has one minimum: golden-section search.
        var ratio = (Math.Sqrt(5) - 1) / 2;
        var low = Math.Log(0.05);
        var high = Math.Log(20);
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            var left = high - (ratio * (high - low));
            var right = low + (ratio * (high - low));
            if (NegativeLogLikelihood(logits, labels, Math.Exp(left))
                < NegativeLogLikelihood(logits, labels, Math.Exp(right)))
            {
                high = right;
            }
            else
            {
                low = left;
            }
        }

        return Math.Exp((low + high) / 2);
    }

    /// <summary>Mean over samples of -ln p(label).</summary>
    public static double NegativeLogLikelihood(
        IReadOnlyList<float[]> logits, IReadOnlyList<int> labels, double factor)
    {
        var sum = 0.0;
        for (var sample = 0; sample < logits.Count; sample++)
        {
            var values = logits[sample];
            var highest = values.Max() * factor;
            var total = values.Sum(value => Math.Exp((value * factor) - highest));
            sum += Math.Log(total) + highest - (values[labels[sample]] * factor);
        }

        return sum / logits.Count;
    }
}
