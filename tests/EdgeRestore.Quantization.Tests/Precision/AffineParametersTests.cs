using EdgeRestore.Onnx;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Tests.Precision;

/// <summary>
/// Golden values worked out from the formulas: range widened to zero, float32 difference, float64 quotient, half to
/// even.
/// </summary>
public class AffineParametersTests
{
    [Theory]
    [InlineData(-1f, 3f, 4.0 / 255, 64)]       // 0 - (-1 / 0.0156863) = 63.75
    [InlineData(0f, 255f, 1.0, 0)]
    [InlineData(0.5f, 2f, 2.0 / 255, 0)]       // widened to zero
    [InlineData(-2f, -0.5f, 2.0 / 255, 255)]   // widened to zero
    [InlineData(-127.5f, 127.5f, 1.0, 128)]    // 127.5 goes to the even neighbour
    [InlineData(-126.5f, 128.5f, 1.0, 126)]    // 126.5 goes to the even neighbour
    public void Of_UnsignedAsymmetric_IsTheFormula(float min, float max, double scale, int zero)
    {
        var parameters = AffineParameters.Of(min, max, ElementType.UInt8, symmetric: false);

        Assert.Equal((float)scale, parameters.Scale);
        Assert.Equal(zero, parameters.ZeroPoint);
    }

    [Theory]
    [InlineData(ElementType.Int8, false, 2.0 / 254, 0)]
    [InlineData(ElementType.Int8, true, 2.0 / 128, 0)]
    [InlineData(ElementType.UInt8, false, 2.0 / 255, 128)]   // the middle of 0 and 255 is 127.5, even is 128
    [InlineData(ElementType.UInt8, true, 2.0 / 127, 64)]     // 63.5, even is 64
    [InlineData(ElementType.Int16, false, 2.0 / 65534, 0)]
    [InlineData(ElementType.UInt16, false, 2.0 / 65535, 32768)]
    public void Of_Symmetric_HasTheTypesMiddleAsZero(ElementType type, bool reduced, double scale, int zero)
    {
        var parameters = AffineParameters.Of(-0.25f, 1f, type, symmetric: true, reduced);

        Assert.Equal((float)scale, parameters.Scale);
        Assert.Equal(zero, parameters.ZeroPoint);
    }

    [Fact]
    public void Of_DifferenceIsTakenInFloat32()
    {
        // 16777216 + 0.5 is 16777216 in float32.
        var parameters = AffineParameters.Of(-0.5f, 16777216f, ElementType.UInt8, symmetric: false);

        Assert.Equal((float)(16777216.0 / 255), parameters.Scale);
    }

    [Theory]
    [InlineData(0f, 0f, ElementType.UInt8, false)]
    [InlineData(0f, 1e-44f, ElementType.UInt8, false)]
    [InlineData(0f, 0f, ElementType.UInt8, true)]
    [InlineData(0f, 0f, ElementType.Int8, true)]
    public void Of_EmptyRange_HasScaleOneAndZeroZero(float min, float max, ElementType type, bool symmetric) =>
        Assert.Equal(new AffineParameters(1, 0, type), AffineParameters.Of(min, max, type, symmetric));

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(0f, float.PositiveInfinity)]
    [InlineData(1f, -1f)]
    public void Of_RangeThatIsNone_Throws(float min, float max) =>
        Assert.Throws<ArgumentException>(() => AffineParameters.Of(min, max, ElementType.UInt8, symmetric: false));

    [Theory]
    [InlineData(0.5f, 0)]
    [InlineData(1.5f, 2)]
    [InlineData(2.5f, 2)]
    [InlineData(-0.5f, 0)]
    [InlineData(-1.5f, -2)]
    [InlineData(127.49f, 127)]
    [InlineData(200f, 127)]
    [InlineData(-200f, -128)]   // the whole type, not the symmetric range
    [InlineData(float.PositiveInfinity, 127)]
    [InlineData(float.NegativeInfinity, -128)]
    public void Quantize_RoundsHalfToEvenAndSaturates(float value, int expected) =>
        Assert.Equal(expected, new AffineParameters(1, 0, ElementType.Int8).Quantize(value));

    [Fact]
    public void Quantize_ZeroIsExact()
    {
        var parameters = AffineParameters.Of(-0.3f, 1.7f, ElementType.UInt8, symmetric: false);

        Assert.Equal(parameters.ZeroPoint, parameters.Quantize(0));
        Assert.Equal(0, parameters.Round(0));
    }
}
