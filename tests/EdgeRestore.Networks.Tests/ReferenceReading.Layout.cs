using EdgeRestore.Networks.Readings;

namespace EdgeRestore.Networks.Tests;

// Operators that move values without computing.
internal sealed partial class ReferenceReading
{
    public ReferenceTensor Concat(IReadOnlyList<ReferenceTensor> values, int axis)
    {
        var result = New(shapes.Concat([.. values.Select(S)], axis));
        var outer = (int)result.Shape[..axis].Aggregate(1L, (product, size) => product * size);
        var chunks = values.Select(value => value.Values.Chunk(value.Values.Length / outer).ToArray()).ToArray();
        return result with
        {
            Values = [.. Enumerable.Range(0, outer).SelectMany(n => chunks.SelectMany(chunk => chunk[n]))],
        };
    }

    public IReadOnlyList<ReferenceTensor> Split(ReferenceTensor x, int axis, params long[] sizes)
    {
        var parts = shapes.Split(S(x), axis, sizes);
        var inner = (int)x.Shape[(axis + 1)..].Aggregate(1L, (product, size) => product * size);
        var blocks = x.Values.Chunk(x.Size(axis) * inner).ToArray();
        var offset = 0;
        List<ReferenceTensor> result = [];
        foreach (var (part, size) in parts.Zip(sizes))
        {
            var (skip, take) = (offset * inner, (int)size * inner);
            result.Add(new(part.Sizes, [.. blocks.SelectMany(block => block.Skip(skip).Take(take))]));
            offset += (int)size;
        }

        return result;
    }

    public ReferenceTensor MatMul(ReferenceTensor a, ReferenceTensor b)
    {
        var result = New(shapes.MatMul(S(a), S(b)));
        var (rows, inner, columns) = (a.Size(-2), a.Size(-1), b.Size(-1));
        for (var index = 0; index < result.Values.Length; index++)
        {
            var (batch, row, column) = (index / (rows * columns), index / columns % rows, index % columns);
            for (var i = 0; i < inner; i++)
            {
                result.Values[index] = MultiplyAdd(
                    a.Values[(batch * rows + row) * inner + i],
                    b.Values[(batch * inner + i) * columns + column],
                    result.Values[index]);
            }
        }

        return result;
    }

    public ReferenceTensor TransposeLast(ReferenceTensor x)
    {
        var result = New(shapes.TransposeLast(S(x)));
        var (rows, columns) = (x.Size(-2), x.Size(-1));
        for (var index = 0; index < result.Values.Length; index++)
        {
            var (batch, column, row) = (index / (rows * columns), index / rows % columns, index % rows);
            result.Values[index] = x.Values[(batch * rows + row) * columns + column];
        }

        return result;
    }

    // Row-major, head-major: the same values in the same order.
    public ReferenceTensor ToHeads(ReferenceTensor x, int heads) =>
        x with { Shape = shapes.ToHeads(S(x), heads).Sizes };

    public ReferenceTensor FromHeads(ReferenceTensor x, ReferenceTensor like) =>
        x with { Shape = shapes.FromHeads(S(x), S(like)).Sizes };

    public ReferenceTensor Reshape(ReferenceTensor x, params long[] shape) =>
        x with { Shape = shapes.Reshape(S(x), shape).Sizes };

    public ReferenceTensor PixelShuffle(ReferenceTensor x, int factor)
    {
        var result = New(shapes.PixelShuffle(S(x), factor));
        Fill(result, (n, c, y, column) =>
            At(x, n, (c * factor + y % factor) * factor + column % factor, y / factor, column / factor));
        return result;
    }

    public ReferenceTensor PixelUnshuffle(ReferenceTensor x, int factor)
    {
        var result = New(shapes.PixelUnshuffle(S(x), factor));
        Fill(result, (n, c, y, column) => At(
            x,
            n,
            c / (factor * factor),
            y * factor + c / factor % factor,
            column * factor + c % factor));
        return result;
    }

    public ReferenceTensor Lookup(ReferenceTensor table, ReferenceTensor prompt) =>
        New(shapes.Lookup(S(table), S(prompt))) with
        {
            Values = [.. prompt.Values.SelectMany(row => table.Values.Chunk(table.Size(1)).ElementAt((int)row))],
        };

    public ReferenceTensor PadToMultiple(ReferenceTensor x, int multiple)
    {
        var result = New(shapes.PadToMultiple(S(x), multiple));
        var (h, w) = (x.Size(2), x.Size(3));
        Fill(result, (n, c, y, column) =>
            At(x, n, c, y < h ? y : 2 * h - 2 - y, column < w ? column : 2 * w - 2 - column));
        return result;
    }

    public ReferenceTensor CropLike(ReferenceTensor x, ReferenceTensor like)
    {
        var result = New(shapes.CropLike(S(x), S(like)));
        Fill(result, (n, c, y, column) => At(x, n, c, y, column));
        return result;
    }

    private ReferenceTensor Broadcast(
        ReferenceTensor result, ReferenceTensor a, ReferenceTensor b, Func<double, double, double> combine)
    {
        for (var index = 0; index < result.Values.Length; index++)
        {
            result.Values[index] = Round(combine(a.Values[Source(a, index)], b.Values[Source(b, index)]));
        }

        return result;

        int Source(ReferenceTensor x, int index)
        {
            var (source, stride) = (0, 1);
            for (var axis = 1; axis <= result.Shape.Length; axis++)
            {
                var at = index % (int)result.Shape[^axis];
                index /= (int)result.Shape[^axis];
                if (axis <= x.Shape.Length)
                {
                    source += (x.Shape[^axis] == 1 ? 0 : at) * stride;
                    stride *= (int)x.Shape[^axis];
                }
            }

            return source;
        }
    }
}
