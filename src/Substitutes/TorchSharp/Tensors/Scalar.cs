using System.Numerics;
using TorchSharp.Native;

namespace TorchSharp;

/// <summary>A dynamically typed number: an integer, a floating-point number, a truth value or a complex
/// number.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long _bits;
    private readonly Complex _complex;

    private Scalar(torch.ScalarType type, long bits, Complex complex = default)
    {
        Type = type;
        _bits = bits;
        _complex = complex;
    }

    public torch.ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => new(torch.ScalarType.Int64, value);

    public static implicit operator Scalar(sbyte value) => new(torch.ScalarType.Int64, value);

    public static implicit operator Scalar(short value) => new(torch.ScalarType.Int64, value);

    public static implicit operator Scalar(int value) => new(torch.ScalarType.Int64, value);

    public static implicit operator Scalar(long value) => new(torch.ScalarType.Int64, value);

    public static implicit operator Scalar(Half value) => (double)value;

    public static implicit operator Scalar(float value) => (double)value;

    public static implicit operator Scalar(double value) =>
        new(torch.ScalarType.Float64, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Scalar(bool value) => new(torch.ScalarType.Bool, value ? 1 : 0);

    public static implicit operator Scalar((float, float) value) => new Complex(value.Item1, value.Item2);

    public static implicit operator Scalar(Complex value) => new(torch.ScalarType.ComplexFloat64, 0, value);

    /// <summary>Nothing to give back here; the package's own holds a native object.</summary>
    public void Dispose()
    {
    }

    public override string ToString() => Type switch
    {
        torch.ScalarType.Float64 => Number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        torch.ScalarType.Bool => _bits != 0 ? "True" : "False",
        torch.ScalarType.ComplexFloat64 => _complex.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => _bits.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    internal double Number => Type switch
    {
        torch.ScalarType.Float64 => BitConverter.Int64BitsToDouble(_bits),
        torch.ScalarType.ComplexFloat64 => _complex.Real,
        _ => _bits,
    };

    internal long Integer => Type switch
    {
        torch.ScalarType.Float64 or torch.ScalarType.ComplexFloat64 => (long)Number,
        _ => _bits,
    };

    internal Complex Complex => Type == torch.ScalarType.ComplexFloat64 ? _complex : Number;

    internal Arg ToArg() => Type switch
    {
        torch.ScalarType.Float64 => Number,
        torch.ScalarType.Bool => _bits != 0,
        torch.ScalarType.ComplexFloat64 => Arg.OfComplex(_complex),
        _ => _bits,
    };
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this byte value) => value;

    public static Scalar ToScalar(this sbyte value) => value;

    public static Scalar ToScalar(this short value) => value;

    public static Scalar ToScalar(this int value) => value;

    public static Scalar ToScalar(this long value) => value;

    public static Scalar ToScalar(this Half value) => value;

    public static Scalar ToScalar(this float value) => value;

    public static Scalar ToScalar(this double value) => value;

    public static Scalar ToScalar(this bool value) => value;

    public static Scalar ToScalar(this (float Real, float Imaginary) value) => value;

    public static Scalar ToScalar(this Complex value) => value;

    public static Scalar ToFloat16Scalar(this float value) => value;

    public static Scalar ToBFloat16Scalar(this float value) => value;

    public static Half ToHalf(this Scalar value) => (Half)value.Number;

    public static float ToSingle(this Scalar value) => (float)value.Number;

    public static double ToDouble(this Scalar value) => value.Number;

    public static sbyte ToSByte(this Scalar value) => (sbyte)value.Integer;

    public static byte ToByte(this Scalar value) => (byte)value.Integer;

    public static short ToInt16(this Scalar value) => (short)value.Integer;

    public static int ToInt32(this Scalar value) => (int)value.Integer;

    public static long ToInt64(this Scalar value) => value.Integer;

    public static bool ToBoolean(this Scalar value) => value.Number != 0;

    public static Complex ToComplex64(this Scalar value) => value.Complex;

    public static (float Real, float Imaginary) ToComplexFloat32(this Scalar value) =>
        ((float)value.Complex.Real, (float)value.Complex.Imaginary);

    public static Complex ToComplexFloat64(this Scalar value) => value.Complex;
}
