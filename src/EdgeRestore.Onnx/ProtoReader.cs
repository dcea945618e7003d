using System.Globalization;
using EdgeRestore.Onnx.Protobuf;

namespace EdgeRestore.Onnx;

/// <summary>Protobuf to plain objects; refuses what it would otherwise silently lose.</summary>
internal sealed class ProtoReader(string fileName, string? directory) : IDisposable
{
    private readonly TensorReader tensors = new(fileName, directory);

    public OnnxFile Read(ModelProto proto)
    {
        if (proto.Graph is null)
        {
            throw Invalid("it has no graph");
        }

        if (proto.Functions.Count > 0)
        {
            throw Unsupported($"it defines {proto.Functions.Count} local functions");
        }

        var file = new OnnxFile(Read(proto.Graph))
        {
            ProducerName = proto.ProducerName,
            ProducerVersion = proto.ProducerVersion,
        };
        file.Opsets.Clear();
        foreach (var opset in proto.OpsetImport)
        {
            // "ai.onnx" is another spelling of the empty domain.
            file.Opsets[opset.Domain == "ai.onnx" ? "" : opset.Domain] = opset.Version;
        }

        if (!file.Opsets.ContainsKey(""))
        {
            throw Invalid("it does not say which opset it uses");
        }

        foreach (var entry in proto.MetadataProps)
        {
            file.Metadata[entry.Key] = entry.Value;
        }

        return file;
    }

    public void Dispose() => tensors.Dispose();

    private Graph Read(GraphProto proto)
    {
        if (proto.SparseInitializer.Count > 0)
        {
            throw Unsupported("it has sparse initializers");
        }

        var graph = new Graph(proto.Name);
        AddAll(graph.Inputs, proto.Input.Select(Read));
        AddAll(graph.Outputs, proto.Output.Select(Read));
        AddAll(graph.Values, proto.ValueInfo.Select(Read));
        AddAll(graph.Initializers, proto.Initializer.Select(tensors.Read));
        AddAll(graph.Nodes, proto.Node.Select(Read));
        return graph;
    }

    private Node Read(NodeProto proto) => new()
    {
        OpType = proto.OpType,
        Domain = proto.Domain == "ai.onnx" ? "" : proto.Domain,
        Name = proto.Name,
        Inputs = [.. proto.Input],
        Outputs = [.. proto.Output],
        Attributes = [.. proto.Attribute.Select(Read)],
    };

    private NodeAttribute Read(AttributeProto proto)
    {
        if (proto.RefAttrName.Length > 0)
        {
            throw Unsupported($"attribute '{proto.Name}' refers to a function's attribute");
        }

        return proto.Type switch
        {
            AttributeProto.Types.AttributeType.Int => new IntAttribute(proto.Name, proto.I),
            AttributeProto.Types.AttributeType.Float => new FloatAttribute(proto.Name, proto.F),
            AttributeProto.Types.AttributeType.String => new StringAttribute(proto.Name, proto.S.ToStringUtf8()),
            AttributeProto.Types.AttributeType.Ints => new IntsAttribute(proto.Name, [.. proto.Ints]),
            AttributeProto.Types.AttributeType.Floats => new FloatsAttribute(proto.Name, [.. proto.Floats]),
            AttributeProto.Types.AttributeType.Strings =>
                new StringsAttribute(proto.Name, [.. proto.Strings.Select(value => value.ToStringUtf8())]),
            AttributeProto.Types.AttributeType.Tensor when proto.T is not null =>
                new TensorAttribute(proto.Name, tensors.Read(proto.T)),
            AttributeProto.Types.AttributeType.Graph when proto.G is not null =>
                new GraphAttribute(proto.Name, Read(proto.G)),
            AttributeProto.Types.AttributeType.Tensor or AttributeProto.Types.AttributeType.Graph =>
                throw Invalid($"attribute '{proto.Name}' is empty"),
            _ => throw Unsupported(string.Create(
                CultureInfo.InvariantCulture, $"attribute '{proto.Name}' is of type {proto.Type}")),
        };
    }

    private ValueDefinition Read(ValueInfoProto proto)
    {
        if (proto.Type?.TensorType is not { } tensor)
        {
            throw Unsupported($"'{proto.Name}' is not a tensor");
        }

        return new(proto.Name, new(
            (ElementType)tensor.ElemType,
            tensor.Shape is null ? null : [.. tensor.Shape.Dim.Select(Read)]));
    }

    private static Dimension Read(TensorShapeProto.Types.Dimension proto) => proto.ValueCase switch
    {
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue => proto.DimValue,
        TensorShapeProto.Types.Dimension.ValueOneofCase.DimParam => proto.DimParam,
        _ => new Dimension(null, null),
    };

    private static void AddAll<T>(IList<T> list, IEnumerable<T> items)
    {
        foreach (var item in items)
        {
            list.Add(item);
        }
    }

    private OnnxException Invalid(string found) => new($"'{fileName}' is not a valid ONNX file: {found}.");

    private OnnxException Unsupported(string found) => new(
        $"ONNX file '{fileName}' uses what is not supported: {found}. "
        + "Supported are dense tensors, operators and If/Loop/Scan bodies: export it without the rest.");
}
