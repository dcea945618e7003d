using EdgeRestore.Training.Validation;

namespace EdgeRestore.Training.Tests.Validation;

public sealed class TemperatureCalibrationTests
{
    [Fact]
    public void FindFactor_KnownMiscalibration_UndoesIt()
    {
        // Two classes at odds of 3 : 1, logits three times too large: the factor is 1/3.
        var logits = new List<float[]>();
        var labels = new List<int>();
        for (var sample = 0; sample < 400; sample++)
        {
            logits.Add([(float)(3 * Math.Log(3)), 0]);
            labels.Add(sample % 4 == 0 ? 1 : 0);
        }

        Assert.Equal(1.0 / 3, TemperatureCalibration.FindFactor(logits, labels), 5);
    }

    [Fact]
    public void NegativeLogLikelihood_EqualLogits_IsLogOfClassCount() =>
        Assert.Equal(Math.Log(4), TemperatureCalibration.NegativeLogLikelihood([[2, 2, 2, 2]], [3], 1), 9);
}
