using System.Globalization;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>
/// Weights of which several graphs hold some rows each, once: subnetworks of one network select channels of the same
/// matrices. Each graph takes its rows by number, which run times do when they load it.
/// </summary>
internal static class SharedRows
{
    // A weight below it is not worth a list of numbers.
    private const int LeastBytes = 256;

    // What an operator, its name and its two tensors add to a graph.
    private const int BytesPerUse = 120;

    /// <summary>
    /// The graphs in their order, those without such weights as they were. The same graphs give the same.
    /// </summary>
    public static IReadOnlyList<OnnxFile> Apply(IReadOnlyList<OnnxFile> files)
    {
        var weights = new Dictionary<string, Weight>(StringComparer.Ordinal);
        for (var index = 0; index < files.Count; index++)
        {
            var inputs = files[index].Graph.Inputs.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var tensor in files[index].Graph.Initializers.Where(tensor => tensor.Shape.Length >= 2
                && tensor.Data.Length >= LeastBytes && !inputs.Contains(tensor.Name)))
            {
                var key = $"{tensor.Type}/{string.Join(',', tensor.Shape)}/{KeyOf(tensor.Data.Span)}";
                if (!weights.TryGetValue(key, out var weight))
                {
                    weights.Add(key, weight = new(tensor));
                }

                weight.Uses.Add((index, tensor.Name));
            }
        }

        var taken = files.Select(_ => new Dictionary<string, (Initializer Pool, int[] Rows)>(StringComparer.Ordinal))
            .ToArray();
        foreach (var group in Groups([.. weights.Values]))
        {
            var (pool, rows) = PoolOf(group);
            var before = group.Sum(weight => (long)weight.Tensor.Data.Length);
            var numbers = group.Sum(weight =>
                weight.Uses.Count * (BytesPerUse + (sizeof(int) * (long)weight.RowCount)));
            if (pool.Data.Length + numbers < before)
            {
                foreach (var weight in group)
                {
                    weight.Uses.ForEach(use => taken[use.File].Add(use.Name, (pool, rows[weight])));
                }
            }
        }

        return [.. files.Select((file, index) => taken[index].Count == 0 ? file : Rewrite(file, taken[index]))];
    }

    // Weights that have a row in common are of one matrix.
    private static IEnumerable<List<Weight>> Groups(List<Weight> weights)
    {
        var groups = weights.ToDictionary(weight => weight, weight => new List<Weight> { weight });
        var firsts = new Dictionary<string, Weight>(StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            var kind = $"{weight.Tensor.Type}/{string.Join(',', weight.Tensor.Shape.Skip(1))}/";
            for (var row = 0; row < weight.RowCount; row++)
            {
                var bytes = weight.Row(row);

                // What was padded with zeros says nothing about where it is from.
                if (!bytes.ContainsAnyExcept((byte)0))
                {
                    continue;
                }

                if (firsts.TryAdd(kind + KeyOf(bytes), weight))
                {
                    continue;
                }

                var (one, other) = (groups[firsts[kind + KeyOf(bytes)]], groups[weight]);
                if (one != other)
                {
                    one.AddRange(other);
                    other.ForEach(moved => groups[moved] = one);
                }
            }
        }

        return weights.Select(weight => groups[weight]).Distinct().Where(group => group.Count > 1);
    }

    private static (Initializer Pool, Dictionary<Weight, int[]> Rows) PoolOf(List<Weight> group)
    {
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var data = new List<byte>();
        var rows = new Dictionary<Weight, int[]>();
        foreach (var weight in group)
        {
            var list = new int[weight.RowCount];
            for (var row = 0; row < list.Length; row++)
            {
                var key = KeyOf(weight.Row(row));
                if (!places.TryGetValue(key, out list[row]))
                {
                    list[row] = places.Count;
                    places.Add(key, list[row]);
                    data.AddRange(weight.Row(row));
                }
            }

            rows.Add(weight, list);
        }

        var first = group[0].Tensor;
        return (new("rows", first.Type, first.Shape.SetItem(0, places.Count), data.ToArray()), rows);
    }

    private static OnnxFile Rewrite(OnnxFile file, Dictionary<string, (Initializer Pool, int[] Rows)> taken)
    {
        var names = file.Graph.Initializers.Select(tensor => tensor.Name)
            .Concat(file.Graph.Nodes.SelectMany(node => node.Outputs)).ToHashSet(StringComparer.Ordinal);
        var pools = new Dictionary<Initializer, string>();
        var lists = new Dictionary<string, string>(StringComparer.Ordinal);
        List<Node> nodes = [];
        List<Initializer> initializers = [];
        foreach (var tensor in file.Graph.Initializers)
        {
            if (!taken.TryGetValue(tensor.Name, out var weight))
            {
                initializers.Add(tensor);
                continue;
            }

            if (!pools.TryGetValue(weight.Pool, out var pool))
            {
                pools.Add(weight.Pool, pool = Unused($"{tensor.Name}_rows"));
                initializers.Add(new(pool, weight.Pool.Type, weight.Pool.Shape, weight.Pool.Data));
            }

            // Layers behind one another select the same channels.
            var bytes = MemoryMarshal.AsBytes<int>(weight.Rows).ToArray();
            if (!lists.TryGetValue(KeyOf(bytes), out var numbers))
            {
                lists.Add(KeyOf(bytes), numbers = Unused($"{tensor.Name}_numbers"));
                initializers.Add(new(numbers, ElementType.Int32, [weight.Rows.Length], bytes));
            }

            nodes.Add(new()
            {
                OpType = "Gather",
                Inputs = [pool, numbers],
                Outputs = [tensor.Name],
            });
        }

        return GraphEdit.With(file, nodes.Concat(file.Graph.Nodes), initializers);

        string Unused(string stem)
        {
            var name = stem;
            for (var suffix = 1; !names.Add(name); suffix++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{suffix}");
            }

            return name;
        }
    }

    private static string KeyOf(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    private sealed class Weight(Initializer tensor)
    {
        public Initializer Tensor { get; } = tensor;

        public List<(int File, string Name)> Uses { get; } = [];

        public int RowCount { get; } = (int)tensor.Shape[0];

        public ReadOnlySpan<byte> Row(int row)
        {
            var length = Tensor.Data.Length / RowCount;
            return Tensor.Data.Span.Slice(row * length, length);
        }
    }
}
