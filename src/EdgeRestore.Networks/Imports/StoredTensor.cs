using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Imports;

/// <summary>A tensor of a checkpoint, described but not yet read.</summary>
public sealed class StoredTensor
{
    internal const int MaxAxes = 8;

    private readonly StoredArray array;
    private readonly long offset;
    private readonly long[] strides;

    private StoredTensor(StoredArray array, long offset, long[] shape, long[] strides, long elementCount, long span)
    {
        this.array = array;
        this.offset = offset;
        this.strides = strides;
        Shape = shape;
        ElementCount = elementCount;
        Span = span;
    }

    public ElementType Type => array.Type;

    public long[] Shape { get; }

    public long ElementCount { get; }

    /// <summary>Elements of the array from its first to its last one: not its own count where it is strided.</summary>
    internal long Span { get; }

    /// <summary>A view of an array, or why there is no such view.</summary>
    internal static StoredTensor Create(
        StoredArray array, long offset, long[] shape, long[] strides, Func<string, Exception> refuse)
    {
        var description = $"({string.Join(", ", shape)}) with strides ({string.Join(", ", strides)}) from {offset}";
        if (shape.Length > MaxAxes || shape.Length != strides.Length)
        {
            throw refuse($"a tensor has {shape.Length} axes and {strides.Length} strides; at most {MaxAxes} each");
        }

        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw refuse($"a tensor is {description}; none of these numbers may be negative");
        }

        if (shape.Contains(0))
        {
            return new(array, 0, shape, strides, 0, 0);
        }

        try
        {
            var count = 1L;
            var last = offset;
            for (var axis = 0; axis < shape.Length; axis++)
            {
                count = checked(count * shape[axis]);
                last = checked(last + (shape[axis] - 1) * strides[axis]);
            }

            if (last < array.Count && count <= Array.MaxLength && last - offset < Array.MaxLength)
            {
                return new(array, offset, shape, strides, count, last - offset + 1);
            }
        }
        catch (OverflowException)
        {
            // Said below, as for any other tensor that is too large.
        }

        throw refuse(
            $"a tensor is {description}, outside of its array '{array.Key.Shown()}' of {array.Count} elements");
    }

    /// <summary>A tensor that is a whole array.</summary>
    internal static StoredTensor Whole(StoredArray array, long[] shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= Math.Max(1, shape[axis]);
        }

        return new(array, 0, shape, strides, array.Count, array.Count);
    }

    /// <summary>The values in row-major order.</summary>
    internal float[] Read(CheckpointSource source)
    {
        var values = new float[ElementCount];
        if (ElementCount == 0)
        {
            return values;
        }

        if (IsContiguous())
        {
            array.Read(source, offset, values);
            return values;
        }

        var view = new float[Span];
        array.Read(source, offset, view);
        Gather(view, values);
        return values;
    }

    private bool IsContiguous()
    {
        var expected = 1L;
        for (var axis = Shape.Length - 1; axis >= 0; axis--)
        {
            if (Shape[axis] != 1 && strides[axis] != expected)
            {
                return false;
            }

            expected *= Shape[axis];
        }

        return true;
    }

    // An odometer over all axes, the last one turning fastest.
    private void Gather(float[] view, float[] values)
    {
        var index = new long[Shape.Length];
        var position = 0L;
        for (var target = 0; target < values.Length; target++)
        {
            values[target] = view[position];
            for (var axis = Shape.Length - 1; axis >= 0; axis--)
            {
                position += strides[axis];
                if (++index[axis] < Shape[axis])
                {
                    break;
                }

                position -= Shape[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }
}
