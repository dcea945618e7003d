namespace EdgeRestore.Networks.Weights;

/// <summary>A float32 array of a shape under a name, row-major.</summary>
public sealed class NamedTensor
{
    public NamedTensor(string name, long[] shape, float[] values)
    {
        var count = shape.Aggregate(1L, (product, size) => checked(product * size));
        if (count != values.LongLength)
        {
            throw new ArgumentException(
                $"Tensor '{name}' of shape ({string.Join(", ", shape)}) needs {count} values, "
                + $"{values.LongLength} given.");
        }

        Name = name;
        Shape = shape;
        Values = values;
    }

    public string Name { get; }

    public long[] Shape { get; }

    public float[] Values { get; }
}
