namespace TorchSharp;

public static partial class torch
{
    /// <summary>Limits of a floating-point type, as numpy and PyTorch name them.</summary>
    public sealed class FInfo
    {
        internal FInfo(int bits, double eps, double max, double tiny) =>
            (this.bits, this.eps, this.max, this.tiny) = (bits, eps, max, tiny);

        public int bits { get; }

        public double eps { get; }

        public double max { get; }

        public double min => -max;

        public double tiny { get; }
    }

    // eps = 2^-(mantissa bits), tiny = the smallest normal number: IEEE 754, and for bfloat16 its eight bits of mantissa.
    public static FInfo finfo(ScalarType? dtype = null) => (dtype ?? get_default_dtype()) switch
    {
        ScalarType.Float16 => new(16, Math.Pow(2, -10), 65504, Math.Pow(2, -14)),
        ScalarType.BFloat16 => new(16, Math.Pow(2, -7), (2 - Math.Pow(2, -7)) * Math.Pow(2, 127), Math.Pow(2, -126)),
        ScalarType.Float32 or ScalarType.ComplexFloat32 =>
            new(32, Math.Pow(2, -23), float.MaxValue, Math.Pow(2, -126)),
        ScalarType.Float64 or ScalarType.ComplexFloat64 =>
            new(64, Math.Pow(2, -52), double.MaxValue, Math.Pow(2, -1022)),
        var other => throw new ArgumentException($"finfo is for floating-point types; found {other}."),
    };

    public static bool is_floating_point(Tensor input) => input.is_floating_point();

    public static bool is_complex(Tensor input) => input.is_complex();

    public static bool can_cast(ScalarType from, ScalarType to) =>
        Native.Aten.CallBool("can_cast", from, to);

    public static ScalarType promote_types(ScalarType type1, ScalarType type2) =>
        (ScalarType)Native.Aten.CallScalar("promote_types", type1, type2).ToInt64();

    public static ScalarType result_type(Tensor tensor1, Tensor tensor2) =>
        (ScalarType)Native.Aten.CallScalar("result_type.Tensor", tensor1, tensor2).ToInt64();
}
