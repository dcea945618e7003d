using System.Security.Cryptography;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>
/// The same graph in fewer bytes: equal constants once, short names inside, no attribute that says the default. A
/// package holds a graph per degradation, and beside 8-bit weights their text counts.
/// </summary>
internal static class Compaction
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = Letters + "0123456789";

    public static OnnxFile Apply(OnnxFile source)
    {
        // Bodies see the values around them by name; such graphs stay as they are.
        if (source.Graph.Nodes.Any(node => node.Attributes.Any(attribute => attribute is GraphAttribute)))
        {
            return source;
        }

        var kept = source.Graph.Inputs.Concat(source.Graph.Outputs).Select(value => value.Name)
            .ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var number = 0;
        var graph = new Graph(source.Graph.Name);
        foreach (var input in source.Graph.Inputs)
        {
            graph.Inputs.Add(input);
        }

        foreach (var output in source.Graph.Outputs)
        {
            graph.Outputs.Add(output);
        }

        var byContent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var constant in source.Graph.Initializers)
        {
            var hash = Convert.ToHexString(SHA256.HashData(constant.Data.Span));
            var content = $"{constant.Type}/{string.Join(',', constant.Shape)}/{hash}";
            if (!kept.Contains(constant.Name) && byContent.TryGetValue(content, out var same))
            {
                names.Add(constant.Name, same);
                continue;
            }

            var name = NameOf(constant.Name);
            byContent.TryAdd(content, name);
            graph.Initializers.Add(new(name, constant.Type, constant.Shape, constant.Data));
        }

        foreach (var node in source.Graph.Nodes)
        {
            graph.Nodes.Add(new()
            {
                OpType = node.OpType,
                Domain = node.Domain,

                // Convolutions are asked for by name, in reports and profiles; of the others the inputs tell.
                Name = node.OpType is "Conv" ? node.Name : "",
                Inputs = [.. node.Inputs.Select(NameOf)],
                Outputs = [.. node.Outputs.Select(NameOf)],
                Attributes = [.. node.Attributes.Where(attribute => !IsDefault(node, attribute))],
            });
        }

        return source.WithGraph(graph);

        string NameOf(string name)
        {
            if (name.Length == 0 || kept.Contains(name))
            {
                return name;
            }

            if (!names.TryGetValue(name, out var shorter))
            {
                do
                {
                    shorter = Short(number++);
                }
                while (kept.Contains(shorter));

                names.Add(name, shorter);
            }

            return shorter;
        }
    }

    private static string Short(int number)
    {
        // A letter in front, so that no tool takes a name for a number. Two characters do for 3276 names.
        var text = $"{Letters[number % Letters.Length]}";
        for (number /= Letters.Length; number > 0; number /= Digits.Length)
        {
            text += Digits[--number % Digits.Length];
        }

        return text;
    }

    private static bool IsDefault(Node node, NodeAttribute attribute) => node.OpType switch
    {
        "Conv" => IsDefaultOfConvolution(node, attribute),
        "DequantizeLinear" => attribute is IntAttribute { Name: "axis", Value: 1 },
        _ => false,
    };

    private static bool IsDefaultOfConvolution(Node node, NodeAttribute attribute) =>
        node.Is("Conv") && attribute switch
        {
            IntAttribute { Name: "group", Value: 1 } => true,
            IntsAttribute { Name: "pads" } pads => pads.Values.All(value => value == 0) && IsPlainPadding(node),
            IntsAttribute { Name: "strides" or "dilations" } ones => ones.Values.All(value => value == 1),

            // It is the weight's own size.
            IntsAttribute { Name: "kernel_shape" } => true,
            _ => false,
        };

    private static bool IsPlainPadding(Node node) =>
        node.Attributes.OfType<StringAttribute>()
            .All(attribute => attribute is not { Name: "auto_pad", Value: not "NOTSET" });
}
