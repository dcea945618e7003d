using System.Text;

namespace EdgeRestore.Packages;

/// <summary>Finds which other files an ONNX file takes its weights from, without a protobuf library.</summary>
/// <remarks>
/// Field numbers: https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto3. Only messages that can hold a tensor are
/// entered; everything else is skipped by its length.
/// </remarks>
internal static class OnnxExternalData
{
    // Graphs nest in If and Loop; nobody nests this deep, and recursion must end.
    private const int MaxDepth = 32;

    private enum Message
    {
        Model,
        Graph,
        Node,
        Attribute,
        Function,
        SparseTensor,
        Tensor,
        StringEntry,
    }

    /// <summary>Locations as written in the file, each once.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a protobuf message.</exception>
    public static IReadOnlySet<string> ReadLocations(ReadOnlySpan<byte> onnx)
    {
        var locations = new HashSet<string>(StringComparer.Ordinal);
        Walk(onnx, Message.Model, locations, 0);
        return locations;
    }

    private static void Walk(ReadOnlySpan<byte> bytes, Message message, HashSet<string> locations, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"graphs nest deeper than {MaxDepth}");
        }

        string? key = null;
        string? value = null;
        while (!bytes.IsEmpty)
        {
            var tag = ReadVarint(ref bytes);
            var field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    ReadVarint(ref bytes);
                    break;
                case 1:
                    Take(ref bytes, 8);
                    break;
                case 2:
                    var content = Take(ref bytes, ReadVarint(ref bytes));
                    if (message == Message.StringEntry)
                    {
                        key = field == 1 ? Encoding.UTF8.GetString(content) : key;
                        value = field == 2 ? Encoding.UTF8.GetString(content) : value;
                    }
                    else if (Inner(message, field) is { } inner)
                    {
                        Walk(content, inner, locations, depth + 1);
                    }

                    break;
                case 5:
                    Take(ref bytes, 4);
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }
        }

        if (message == Message.StringEntry && key == "location")
        {
            locations.Add(value ?? "");
        }
    }

    private static Message? Inner(Message message, int field) => (message, field) switch
    {
        (Message.Model, 7) => Message.Graph,
        (Message.Model, 25) => Message.Function,
        (Message.Graph, 1) => Message.Node,
        (Message.Graph, 5) => Message.Tensor,
        (Message.Graph, 15) => Message.SparseTensor,
        (Message.Function, 7) => Message.Node,
        (Message.Function, 11) => Message.Attribute,
        (Message.Node, 5) => Message.Attribute,
        (Message.Attribute, 5 or 10) => Message.Tensor,
        (Message.Attribute, 6 or 11) => Message.Graph,
        (Message.Attribute, 22 or 23) => Message.SparseTensor,
        (Message.SparseTensor, 1 or 2) => Message.Tensor,
        (Message.Tensor, 13) => Message.StringEntry,
        _ => null,
    };

    private static ulong ReadVarint(ref ReadOnlySpan<byte> bytes)
    {
        var result = 0UL;
        for (var index = 0; index < 10 && index < bytes.Length; index++)
        {
            result |= (ulong)(bytes[index] & 0x7F) << (7 * index);
            if ((bytes[index] & 0x80) == 0)
            {
                bytes = bytes[(index + 1)..];
                return result;
            }
        }

        throw new InvalidDataException("a number is cut off");
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, ulong length)
    {
        if (length > (ulong)bytes.Length)
        {
            throw new InvalidDataException($"a field of {length} bytes where {bytes.Length} are left");
        }

        var taken = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return taken;
    }
}
