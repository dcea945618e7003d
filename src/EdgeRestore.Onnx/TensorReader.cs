using System.Globalization;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx.Protobuf;
using Microsoft.Win32.SafeHandles;

namespace EdgeRestore.Onnx;

/// <summary>
/// Reads tensors, wherever their data stand: raw, in typed fields, or in a file beside the ONNX file.
/// </summary>
internal sealed class TensorReader(string fileName, string? directory) : IDisposable
{
    // Networks share a file of weights: of the others' nothing is read.
    private readonly Dictionary<string, SafeFileHandle> files = new(StringComparer.Ordinal);

    public Initializer Read(TensorProto proto)
    {
        var type = (ElementType)proto.DataType;
        if (!Enum.IsDefined(type))
        {
            throw Invalid(proto, $"has the element type {proto.DataType}, which is not supported");
        }

        (string, long)? place = null;
        var data = proto.DataLocation == TensorProto.Types.DataLocation.External
            ? ReadExternal(proto, out place)
            : proto.HasRawData ? proto.RawData.Memory : ReadTyped(proto, type);
        try
        {
            return new(proto.Name, type, [.. proto.Dims], data) { Place = place };
        }
        catch (OnnxException error)
        {
            throw Invalid(proto, "has a shape and data that do not fit", error);
        }
    }

    public void Dispose()
    {
        foreach (var file in files.Values)
        {
            file.Dispose();
        }
    }

    private static byte[] ReadTyped(TensorProto proto, ElementType type)
    {
        // 16 bit floats and all small integers stand in int32_data, one per element (onnx.proto, TensorProto).
        return type switch
        {
            ElementType.Float => MemoryMarshal.AsBytes(proto.FloatData.ToArray().AsSpan()).ToArray(),
            ElementType.Double => MemoryMarshal.AsBytes(proto.DoubleData.ToArray().AsSpan()).ToArray(),
            ElementType.Int64 => MemoryMarshal.AsBytes(proto.Int64Data.ToArray().AsSpan()).ToArray(),
            ElementType.UInt64 => MemoryMarshal.AsBytes(proto.Uint64Data.ToArray().AsSpan()).ToArray(),
            ElementType.UInt32 => Narrow(proto.Uint64Data, value => unchecked((uint)value)),
            ElementType.Int32 => MemoryMarshal.AsBytes(proto.Int32Data.ToArray().AsSpan()).ToArray(),
            _ when type.SizeInBytes() == 2 => Narrow(proto.Int32Data, value => unchecked((ushort)value)),
            _ => Narrow(proto.Int32Data, value => unchecked((byte)value)),
        };
    }

    private static byte[] Narrow<TFrom, TTo>(IEnumerable<TFrom> values, Func<TFrom, TTo> narrow)
        where TTo : unmanaged =>
        MemoryMarshal.AsBytes(values.Select(narrow).ToArray().AsSpan()).ToArray();

    private ReadOnlyMemory<byte> ReadExternal(TensorProto proto, out (string, long)? place)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in proto.ExternalData)
        {
            entries[entry.Key] = entry.Value;
        }

        var location = entries.GetValueOrDefault("location", "");

        // A name alone: what stands in the file must not make us read elsewhere.
        if (location is "" or "." or ".." || Path.GetFileName(location) != location || location.Contains('\0'))
        {
            throw Invalid(proto, $"keeps its data in '{location}', which is not a file beside the ONNX file");
        }

        if (directory is null)
        {
            throw Invalid(proto, $"keeps its data in '{location}', and only the ONNX file itself was given");
        }

        var file = Open(location);
        var available = RandomAccess.GetLength(file);
        var offset = Number("offset", 0);
        var length = Number("length", available - offset);
        place = (location, offset);
        if (offset > available || length > available - offset || length > Array.MaxLength)
        {
            throw Invalid(proto, $"claims bytes {offset}..{offset + length} of '{location}', which has {available}");
        }

        var data = new byte[length];
        for (var done = 0; done < data.Length;)
        {
            var count = RandomAccess.Read(file, data.AsSpan(done), offset + done);
            done += count > 0 ? count : throw Invalid(proto, $"lies in '{location}', which became shorter while it was read");
        }

        return data;

        long Number(string key, long otherwise) => !entries.TryGetValue(key, out var text)
            ? otherwise
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw Invalid(proto, $"has the {key} '{text}', which is not a count of bytes");
    }

    private SafeFileHandle Open(string location)
    {
        if (!files.TryGetValue(location, out var file))
        {
            file = File.OpenHandle(Path.Combine(directory!, location));
            files.Add(location, file);
        }

        return file;
    }

    private OnnxException Invalid(TensorProto proto, string found, Exception? cause = null) => new(
        $"ONNX file '{fileName}' is not valid: tensor '{proto.Name}' {found}.", cause!);
}
