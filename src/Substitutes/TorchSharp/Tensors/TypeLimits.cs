namespace TorchSharp;

public static partial class torch
{
    /// <summary>Limits of a floating-point type, as numpy and PyTorch name them.</summary>
    public readonly struct FInfo
    {
        public readonly int bits;
        public readonly double eps;
        public readonly double max;
        public readonly double min;
        public readonly double tiny;
        public readonly double smallest_normal;
        public readonly double resolution;

        internal FInfo(int bits, double eps, double max, double tiny, double resolution)
        {
            (this.bits, this.eps, this.max, this.tiny, this.resolution) = (bits, eps, max, tiny, resolution);
            (min, smallest_normal) = (-max, tiny);
        }
    }

    public static FInfo finfo() => finfo(get_default_dtype());

    // eps = 2^-(mantissa bits), tiny = the smallest normal number: IEEE 754, and for bfloat16 its eight bits of
    // mantissa. resolution = 10^-(decimal digits that always survive).
    public static FInfo finfo(ScalarType dtype) => dtype switch
    {
        ScalarType.Float16 => new(16, Math.Pow(2, -10), 65504, Math.Pow(2, -14), 1e-3),
        ScalarType.BFloat16 =>
            new(16, Math.Pow(2, -7), (2 - Math.Pow(2, -7)) * Math.Pow(2, 127), Math.Pow(2, -126), 1e-2),
        ScalarType.Float32 or ScalarType.ComplexFloat32 =>
            new(32, Math.Pow(2, -23), float.MaxValue, Math.Pow(2, -126), 1e-6),
        ScalarType.Float64 or ScalarType.ComplexFloat64 =>
            new(64, Math.Pow(2, -52), double.MaxValue, Math.Pow(2, -1022), 1e-15),
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
