using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Calibration;

public class TensorScanTests
{
    // A float's digits over the largest block that is summed in float.
    private const double Tolerance = 1e-4;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(24)]
    [InlineData(4096)]
    [InlineData(20_003)]
    public void Of_AnyLength_IsWhatTheScalarWayFinds(int count)
    {
        var values = RandomValues.Draw(seed: 5, count, spread: 3f);

        var scan = TensorScan.Of(values);

        Assert.Equal((values.Min(), values.Max(), true), (scan.Min, scan.Max, scan.IsFinite));
        Assert.Equal(values.Average(value => (double)value), scan.Mean, Tolerance);
    }

    [Theory]
    [InlineData(float.NaN, 0)]
    [InlineData(float.PositiveInfinity, 9)]
    [InlineData(float.NegativeInfinity, 99)]
    public void Of_OneValueThatIsNotFinite_SaysSo(float value, int index)
    {
        var values = RandomValues.Draw(seed: 6, count: 100, spread: 1f);
        values[index] = value;

        Assert.False(TensorScan.Of(values).IsFinite);
    }
}
