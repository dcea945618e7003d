using System.Collections.Immutable;
using System.Globalization;

namespace EdgeRestore.Onnx;

/// <summary>A size of an axis: a number, or a name that the caller's size takes (<c>height</c>), or neither.</summary>
public readonly record struct Dimension(long? Size, string? Symbol)
{
    public static implicit operator Dimension(long size) => new(size, null);

    public static implicit operator Dimension(string symbol) => new(null, symbol);

    public override string ToString() => Size?.ToString(CultureInfo.InvariantCulture) ?? Symbol ?? "?";
}

/// <summary>Element type and shape of a value; without a shape, the rank is not known either.</summary>
public sealed record TensorType(ElementType ElementType, ImmutableArray<Dimension>? Shape)
{
    public override string ToString() =>
        Shape is { } shape ? $"{ElementType}[{string.Join(", ", shape)}]" : $"{ElementType}[...]";
}

/// <summary>A named value at the edge of a graph, or an annotated one inside.</summary>
public sealed record ValueDefinition(string Name, TensorType Type);
