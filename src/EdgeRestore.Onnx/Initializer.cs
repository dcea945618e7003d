using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace EdgeRestore.Onnx;

/// <summary>A constant tensor: a weight under its name, or a value of an attribute.</summary>
public sealed class Initializer
{
    /// <param name="name">Name, unique among the values of its graph.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Sizes; empty for a scalar.</param>
    /// <param name="data">The elements, row-major, little-endian.</param>
    public Initializer(string name, ElementType type, ImmutableArray<long> shape, ReadOnlyMemory<byte> data)
    {
        if (LengthBytes(type, shape) != data.Length)
        {
            throw new OnnxException(
                $"Tensor '{name}' of {type}[{string.Join(", ", shape)}] cannot have {data.Length} bytes of data.");
        }

        Name = name;
        Type = type;
        Shape = shape;
        Data = data;
    }

    public string Name { get; }

    public ElementType Type { get; }

    public ImmutableArray<long> Shape { get; }

    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The file beside the graph that the data were read from, and where in it; null for data in the graph
    /// itself.</summary>
    public (string FileName, long Offset)? Place { get; init; }

    public static Initializer Of(string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> values) =>
        new(name, ElementType.Float, [.. shape], MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A list of integers, as shapes, axes and paddings are given to operators.</summary>
    public static Initializer Of(string name, params ReadOnlySpan<long> values) =>
        new(name, ElementType.Int64, [values.Length], MemoryMarshal.AsBytes(values).ToArray());

    public static Initializer Scalar(string name, float value) => Of(name, [], [value]);

    /// <summary>The elements as float32.</summary>
    /// <exception cref="InvalidOperationException">They are of another type.</exception>
    public float[] ToFloats() => Cast<float>(ElementType.Float);

    /// <summary>The elements as int64.</summary>
    /// <exception cref="InvalidOperationException">They are of another type.</exception>
    public long[] ToInt64s() => Cast<long>(ElementType.Int64);

    // None where a size is negative or the product is past what memory holds: it must not wrap around.
    private static long? LengthBytes(ElementType type, ImmutableArray<long> shape)
    {
        if (shape.Any(size => size < 0))
        {
            return null;
        }

        long length = shape.Contains(0) ? 0 : type.SizeInBytes();
        foreach (var size in shape.Where(_ => length > 0))
        {
            if (size > int.MaxValue / length)
            {
                return null;
            }

            length *= size;
        }

        return length;
    }

    private T[] Cast<T>(ElementType type)
        where T : unmanaged => Type == type
            ? MemoryMarshal.Cast<byte, T>(Data.Span).ToArray()
            : throw new InvalidOperationException($"Tensor '{Name}' holds {Type}, not {type}.");
}
