using System.Runtime.InteropServices;

namespace TorchSharp.Native;

// Mirrors Tag in operators.cpp.
internal enum ArgKind
{
    None, Tensor, Int, Double, Bool, IntList, DoubleList, BoolList, TensorList, String, Device, Generator, Complex,
}

// Mirrors Arg in operators.cpp. Bits holds an integer, a double's bits or a pointer.
[StructLayout(LayoutKind.Sequential)]
internal struct NativeArg
{
    public long Bits;
    public ArgKind Kind;
    public int Count;
}

// One operator argument: plain values in Bits, tensors and lists by reference until the call copies them out.
internal readonly struct Arg
{
    internal readonly object? Reference;
    internal readonly long Bits;
    internal readonly ArgKind Kind;
    internal readonly int Count;

    private Arg(ArgKind kind, long bits = 0, object? reference = null, int count = 0)
    {
        Kind = kind;
        Bits = bits;
        Reference = reference;
        Count = count;
    }

    internal static Arg None => default;

    public static implicit operator Arg(torch.Tensor? value) =>
        value is null ? default : new(ArgKind.Tensor, value.Handle, value);

    public static implicit operator Arg(long value) => new(ArgKind.Int, value);

    public static implicit operator Arg(int value) => new(ArgKind.Int, value);

    public static implicit operator Arg(double value) => new(ArgKind.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Arg(bool value) => new(ArgKind.Bool, value ? 1 : 0);

    public static implicit operator Arg(long? value) => value is { } given ? given : default(Arg);

    public static implicit operator Arg(double? value) => value is { } given ? given : default(Arg);

    public static implicit operator Arg(bool? value) => value is { } given ? given : default(Arg);

    public static implicit operator Arg(torch.ScalarType value) => new(ArgKind.Int, (long)value);

    public static implicit operator Arg(torch.ScalarType? value) => value is { } given ? given : default(Arg);

    public static implicit operator Arg(torch.Device? value) =>
        value is null ? default : new(ArgKind.Device, (long)value.type, null, value.index);

    public static implicit operator Arg(Scalar? value) => value is null ? default : value.ToArg();

    public static implicit operator Arg(long[]? value) =>
        value is null ? default : new(ArgKind.IntList, 0, value, value.Length);

    public static implicit operator Arg(double[]? value) =>
        value is null ? default : new(ArgKind.DoubleList, 0, value, value.Length);

    public static implicit operator Arg(bool[]? value) =>
        value is null ? default : new(ArgKind.BoolList, 0, value, value.Length);

    public static implicit operator Arg(torch.Tensor?[]? value) =>
        value is null ? default : new(ArgKind.TensorList, 0, value, value.Length);

    public static implicit operator Arg(string? value) =>
        value is null ? default : new(ArgKind.String, 0, value, System.Text.Encoding.UTF8.GetByteCount(value));

    public static implicit operator Arg(torch.Generator? value) =>
        value is null ? default : new(ArgKind.Generator, value.Handle, value);

    internal static Arg OfComplex(System.Numerics.Complex value) =>
        new(ArgKind.Complex, 0, new[] { value.Real, value.Imaginary }, 2);

    // Longs of scratch memory that the call needs for this argument.
    internal int ScratchLength => Kind switch
    {
        ArgKind.String => (Count + 7) / 8,
        ArgKind.IntList or ArgKind.DoubleList or ArgKind.BoolList or ArgKind.TensorList or ArgKind.Complex => Count,
        _ => 0,
    };

    internal void CopyTo(Span<long> scratch)
    {
        switch (Reference)
        {
            case long[] values:
                values.CopyTo(scratch);
                break;
            case double[] values:
                MemoryMarshal.Cast<double, long>(values).CopyTo(scratch);
                break;
            case bool[] values:
                for (var i = 0; i < values.Length; i++)
                {
                    scratch[i] = values[i] ? 1 : 0;
                }

                break;
            case torch.Tensor?[] values:
                for (var i = 0; i < values.Length; i++)
                {
                    scratch[i] = values[i]?.Handle ?? 0;
                }

                break;
            case string text:
                System.Text.Encoding.UTF8.GetBytes(text, MemoryMarshal.AsBytes(scratch));
                break;
        }
    }
}
