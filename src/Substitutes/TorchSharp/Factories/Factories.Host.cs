using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor tensor(float real, float imaginary, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) =>
        FromHost<(float, float)>([(real, imaginary)], [], dtype, device, requires_grad);

    public static Tensor from_array(Array rawArray) => from_array(rawArray, null);

    /// <summary>Copies an array of any rank; its element type decides the tensor's.</summary>
    public static Tensor from_array(
        Array rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        string[]? names = null) => rawArray.GetType().GetElementType() switch
        {
            { } type when type == typeof(byte) => FromArray<byte>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(sbyte) => FromArray<sbyte>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(short) => FromArray<short>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(int) => FromArray<int>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(long) => FromArray<long>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(Half) => FromArray<Half>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(float) => FromArray<float>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(double) => FromArray<double>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(bool) => FromArray<bool>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof((float, float)) =>
                FromArray<(float, float)>(rawArray, dtype, device, requires_grad),
            { } type when type == typeof(System.Numerics.Complex) =>
                FromArray<System.Numerics.Complex>(rawArray, dtype, device, requires_grad),
            var type => throw new NotSupportedException($"Creating tensor of type {type} is not supported."),
        };

    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null) =>
        data.to(dtype ?? data.dtype, device ?? data.device);

    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) =>
        tensor(rawArray, dtype, device);

    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null) =>
        tensor(rawArray, dtype, device);

    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) =>
        tensor(rawArray, dtype, device);

    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) =>
        tensor(rawArray, dtype, device);

    internal static Tensor FromHost<T>(
        ReadOnlySpan<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false)
        where T : unmanaged
    {
        var type = ScalarTypeOf<T>();
        var tensor = Create("empty.memory_format", sizes, type, CPU, false);
        if (tensor.NumberOfElements != values.Length)
        {
            tensor.Dispose();
            throw new ArgumentException(
                $"mismatched total size creating a tensor from an array: {values.Length} elements for the shape "
                + $"[{string.Join(", ", sizes.ToArray())}].");
        }

        MemoryMarshal.AsBytes(values).CopyTo(tensor.bytes);
        var target = InitializeDevice(device);
        var wanted = dtype ?? type;
        if (wanted != type || target.type != DeviceType.CPU)
        {
            using var host = tensor;
            tensor = host.to(wanted, target);
        }

        return Finish(tensor, requires_grad);
    }

    internal static Tensor FromArray<T>(Array values, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged
    {
        var sizes = new long[values.Rank];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = values.GetLongLength(i);
        }

        // Arrays of any rank are one block of memory in row-major order.
        ref var first = ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values));
        return FromHost<T>(MemoryMarshal.CreateReadOnlySpan(ref first, values.Length), sizes, dtype, device,
            requires_grad);
    }

    internal static Tensor FromList<T>(
        IList<T> values, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requires_grad)
        where T : unmanaged =>
        FromHost<T>(values as T[] ?? [.. values], sizes, dtype, device, requires_grad);

    internal static Tensor FromElement<T>(T scalar, Device? device, bool requires_grad)
        where T : struct => scalar switch
        {
            byte value => tensor(value, null, device, requires_grad),
            sbyte value => tensor(value, null, device, requires_grad),
            short value => tensor(value, null, device, requires_grad),
            int value => tensor(value, null, device, requires_grad),
            long value => tensor(value, null, device, requires_grad),
            Half value => tensor(value, null, device, requires_grad),
            float value => tensor(value, null, device, requires_grad),
            double value => tensor(value, null, device, requires_grad),
            bool value => tensor(value, null, device, requires_grad),
            _ => throw new NotImplementedException($"Creating tensor of type {typeof(T)} is not supported."),
        };

    internal static ScalarType ScalarTypeOf<T>() => typeof(T) switch
    {
        { } type when type == typeof(byte) => ScalarType.Byte,
        { } type when type == typeof(sbyte) => ScalarType.Int8,
        { } type when type == typeof(short) => ScalarType.Int16,
        { } type when type == typeof(int) => ScalarType.Int32,
        { } type when type == typeof(long) => ScalarType.Int64,
        { } type when type == typeof(Half) => ScalarType.Float16,
        { } type when type == typeof(float) => ScalarType.Float32,
        { } type when type == typeof(double) => ScalarType.Float64,
        { } type when type == typeof(bool) => ScalarType.Bool,
        { } type when type == typeof((float, float)) => ScalarType.ComplexFloat32,
        { } type when type == typeof(System.Numerics.Complex) => ScalarType.ComplexFloat64,
        _ => throw new NotSupportedException($"Creating tensor of type {typeof(T)} is not supported."),
    };
}
