using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    private static ScalarType default_dtype = ScalarType.Float32;

    public static ScalarType get_default_dtype() => default_dtype;

    public static void set_default_dtype(ScalarType dtype)
    {
        if (!is_floating_point(dtype))
        {
            throw new ArgumentException($"Default types must be floating-point or complex types; got {dtype}.");
        }

        default_dtype = dtype;
    }

    public static Tensor arange(
        Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false)
    {
        var integral = start.Type.IsIntegral() && stop.Type.IsIntegral() && step.Type.IsIntegral();
        var type = dtype ?? (integral ? ScalarType.Int64 : get_default_dtype());
        return Finish(
            Aten.Call("arange.start_step", start, stop, step, type, Arg.None, InitializeDevice(device)), requires_grad);
    }

    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call("linspace", start, end, steps, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
            requires_grad);

    public static Tensor logspace(
        double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        Finish(
            Aten.Call(
                "logspace", start, end, steps, @base, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
            requires_grad);

    public static Tensor eye(
        long rows, long columns = -1L, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Finish(
            Aten.Call(
                "eye.m", rows, columns == -1 ? rows : columns, dtype ?? get_default_dtype(), Arg.None,
                InitializeDevice(device)),
            requires_grad);

    public static Tensor full(
        long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) =>
        Finish(
            Aten.Call("full", size, value, dtype ?? DefaultFor(value), Arg.None, InitializeDevice(device)),
                requires_grad);

    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null) =>
        full(size.ToArray(), value, dtype, device, requires_grad);

    public static Tensor full(
        long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) => full([size], value, dtype, device, requires_grad);

    public static Tensor full(
        long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null) => full([rows, columns], value, dtype, device,
            requires_grad);

    public static Tensor full(
        long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null) =>
        full([dim0, dim1, dim2], value, dtype, device, requires_grad);

    public static Tensor full(
        long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false, string[]? names = null) =>
        full([dim0, dim1, dim2, dim3], value, dtype, device, requires_grad);

    internal static Tensor Create(
        string name, ReadOnlySpan<long> size, ScalarType? dtype, Device? device, bool requires_grad) =>
        Finish(
            Aten.Call(name, size.ToArray(), dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
                requires_grad);

    internal static Tensor Finish(Tensor tensor, bool requires_grad)
    {
        if (requires_grad)
        {
            tensor.requires_grad = true;
        }

        return tensor;
    }

    private static ScalarType DefaultFor(Scalar value) => value.Type switch
    {
        ScalarType.Float64 => get_default_dtype(),
        ScalarType.ComplexFloat64 => ScalarType.ComplexFloat32,
        _ => value.Type,
    };
}
