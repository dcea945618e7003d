using System.Globalization;
using EdgeRestore.Onnx.Protobuf;
using Google.Protobuf;

namespace EdgeRestore.Onnx;

/// <summary>Plain objects to protobuf. Nothing here depends on time, hash order or culture.</summary>
internal sealed class ProtoWriter(ExternalData? externalData, bool keepsPlaces = false)
{
    public ModelProto Write(OnnxFile file)
    {
        var model = new ModelProto
        {
            IrVersion = OnnxFile.IrVersion,
            ProducerName = file.ProducerName,
            ProducerVersion = file.ProducerVersion,
            Graph = Write(file.Graph, externalAllowed: true),
        };
        foreach (var (domain, version) in file.Opsets)
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        }

        foreach (var (key, value) in file.Metadata)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model;
    }

    private GraphProto Write(Graph graph, bool externalAllowed)
    {
        var proto = new GraphProto { Name = graph.Name };
        proto.Node.AddRange(graph.Nodes.Select(Write));
        proto.Initializer.AddRange(graph.Initializers.Select(tensor => Write(tensor, externalAllowed)));
        proto.Input.AddRange(graph.Inputs.Select(Write));
        proto.Output.AddRange(graph.Outputs.Select(Write));
        proto.ValueInfo.AddRange(graph.Values.Select(Write));
        return proto;
    }

    private NodeProto Write(Node node)
    {
        var proto = new NodeProto { Name = node.Name, OpType = node.OpType };
        if (node.Domain.Length > 0)
        {
            proto.Domain = node.Domain;
        }

        proto.Input.AddRange(node.Inputs);
        proto.Output.AddRange(node.Outputs);
        proto.Attribute.AddRange(node.Attributes.Select(Write));
        return proto;
    }

    private AttributeProto Write(NodeAttribute attribute)
    {
        var proto = new AttributeProto { Name = attribute.Name };
        switch (attribute)
        {
            case IntAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Int;
                proto.I = value.Value;
                break;
            case FloatAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Float;
                proto.F = value.Value;
                break;
            case StringAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.String;
                proto.S = ByteString.CopyFromUtf8(value.Value);
                break;
            case IntsAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Ints;
                proto.Ints.AddRange(value.Values);
                break;
            case FloatsAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Floats;
                proto.Floats.AddRange(value.Values);
                break;
            case StringsAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Strings;
                proto.Strings.AddRange(value.Values.Select(ByteString.CopyFromUtf8));
                break;
            case TensorAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Tensor;
                proto.T = Write(value.Value, externalAllowed: false);
                break;
            case GraphAttribute value:
                proto.Type = AttributeProto.Types.AttributeType.Graph;
                proto.G = Write(value.Value, externalAllowed: false);
                break;
            default:
                throw new ArgumentException($"Attribute '{attribute.Name}' of {attribute.GetType().Name}.");
        }

        return proto;
    }

    private TensorProto Write(Initializer tensor, bool externalAllowed)
    {
        var proto = new TensorProto { Name = tensor.Name, DataType = (int)tensor.Type };
        proto.Dims.AddRange(tensor.Shape);
        if (PlaceOf(tensor, externalAllowed) is not (var fileName, var offset))
        {
            proto.RawData = UnsafeByteOperations.UnsafeWrap(tensor.Data);
            return proto;
        }

        proto.DataLocation = TensorProto.Types.DataLocation.External;
        AddExternal("location", fileName);
        AddExternal("offset", offset.ToString(CultureInfo.InvariantCulture));
        AddExternal("length", tensor.Data.Length.ToString(CultureInfo.InvariantCulture));
        return proto;

        void AddExternal(string key, string value) =>
            proto.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
    }

    private (string FileName, long Offset)? PlaceOf(Initializer tensor, bool externalAllowed)
    {
        if (!externalAllowed)
        {
            return null;
        }

        if (keepsPlaces && tensor.Place is { } place)
        {
            return place;
        }

        return externalData?.Takes(tensor.Data.Span) == true ? externalData.Place(tensor.Data.Span) : null;
    }

    private static ValueInfoProto Write(ValueDefinition value)
    {
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)value.Type.ElementType };
        if (value.Type.Shape is { } shape)
        {
            tensor.Shape = new TensorShapeProto();
            tensor.Shape.Dim.AddRange(shape.Select(Write));
        }

        return new ValueInfoProto { Name = value.Name, Type = new TypeProto { TensorType = tensor } };
    }

    private static TensorShapeProto.Types.Dimension Write(Dimension dimension)
    {
        var proto = new TensorShapeProto.Types.Dimension();
        if (dimension.Size is { } size)
        {
            proto.DimValue = size;
        }
        else if (dimension.Symbol is { } symbol)
        {
            proto.DimParam = symbol;
        }

        return proto;
    }
}
