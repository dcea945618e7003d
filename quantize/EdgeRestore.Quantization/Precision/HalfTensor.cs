using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Precision;

internal static class HalfTensor
{
    // Half the largest FP16 value: room for what an operator adds to it.
    private const float Limit = 32752;

    // The least normal FP16 value; what is smaller loses digits, and below a thousandth of it everything.
    private const float SmallestNormal = 6.1035e-5f;

    public static bool Fits(Initializer constant)
    {
        foreach (var value in MemoryMarshal.Cast<byte, float>(constant.Data.Span))
        {
            if (!(MathF.Abs(value) <= Limit))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether it is a lone number that FP16 would lose, as the epsilon of a norm is.</summary>
    public static bool Vanishes(Initializer constant) => constant.Data.Length == sizeof(float)
        && MathF.Abs(MemoryMarshal.Read<float>(constant.Data.Span)) is > 0 and < SmallestNormal;

    public static Initializer Of(string name, Initializer constant)
    {
        var source = MemoryMarshal.Cast<byte, float>(constant.Data.Span);
        var halves = new Half[source.Length];
        for (var index = 0; index < halves.Length; index++)
        {
            halves[index] = (Half)source[index];
        }

        return new(name, ElementType.Float16, constant.Shape, MemoryMarshal.AsBytes<Half>(halves).ToArray());
    }

    public static Node Cast(string input, string output, ElementType type) => new()
    {
        OpType = "Cast",
        Name = $"{output}_Cast",
        Inputs = [input],
        Outputs = [output],
        Attributes = [new IntAttribute("to", (long)type)],
    };
}
