using TorchSharp.Utils;

namespace TorchSharp;

public static partial class TensorExtensionMethods
{
    /// <summary>Writes type, shape and raw bytes, the package's own format.</summary>
    public static void Save(this torch.Tensor tensor, BinaryWriter writer)
    {
        using var off = torch.no_grad();
        using var host = tensor.to(torch.CPU);
        using var dense = host.contiguous();
        writer.Encode((int)dense.dtype);
        var sizes = dense.shape;
        writer.Encode(sizes.Length);
        foreach (var size in sizes)
        {
            writer.Encode(size);
        }

        writer.Flush();
        CopyBytes(dense, (pointer, length) =>
        {
            unsafe
            {
                writer.Write(new ReadOnlySpan<byte>((void*)pointer, length));
            }
        });
    }

    public static void Save(this torch.Tensor tensor, Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        tensor.Save(writer);
    }

    /// <summary>Overwrites the tensor with what was saved; type and shape must be the same.</summary>
    public static void Load(this torch.Tensor tensor, BinaryReader reader, bool skip = false)
    {
        var (type, sizes) = ReadHeader(reader);
        if (type != tensor.dtype && !skip)
        {
            throw new ArgumentException(
                "Mismatched tensor data types while loading. Make sure that the model you are loading into is exactly "
                + $"the same as the origin. Expected {tensor.dtype}, found {type}.");
        }

        if (!sizes.AsSpan().SequenceEqual(tensor.shape) && !skip)
        {
            throw new ArgumentException(
                "Mismatched tensor shape while loading. Make sure that the model you are loading into is exactly the "
                + $"same as the origin. Expected [{string.Join(", ", tensor.shape)}], found "
                + $"[{string.Join(", ", sizes)}].");
        }

        using var off = torch.no_grad();
        using var loaded = ReadBody(reader, type, sizes);
        if (!skip)
        {
            tensor.copy_(loaded);
        }
    }

    public static void Load(this torch.Tensor tensor, Stream stream, bool skip = false)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        tensor.Load(reader, skip);
    }

    public static torch.Tensor? Load(BinaryReader reader, bool skip = false)
    {
        var (type, sizes) = ReadHeader(reader);
        var loaded = ReadBody(reader, type, sizes);
        if (!skip)
        {
            return loaded;
        }

        loaded.Dispose();
        return null;
    }

    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (left, right) => left * right);

    private static (torch.ScalarType, long[]) ReadHeader(BinaryReader reader)
    {
        var type = (torch.ScalarType)reader.Decode();
        var sizes = new long[reader.Decode()];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = reader.Decode();
        }

        return (type, sizes);
    }

    private static torch.Tensor ReadBody(BinaryReader reader, torch.ScalarType type, long[] sizes)
    {
        var tensor = torch.empty(sizes, type, torch.CPU);
        CopyBytes(tensor, (pointer, length) =>
        {
            unsafe
            {
                reader.BaseStream.ReadExactly(new Span<byte>((void*)pointer, length));
            }
        });
        return tensor;
    }

    // In pieces: a span holds at most 2 GiB.
    private static void CopyBytes(torch.Tensor tensor, Action<nint, int> copy)
    {
        const int PieceBytes = 1 << 28;
        var total = tensor.NumberOfElements * tensor.ElementSize;
        nint start;
        unsafe
        {
            start = (nint)tensor.DataPointer();
        }

        for (var offset = 0L; offset < total; offset += PieceBytes)
        {
            copy((nint)(start + offset), (int)Math.Min(PieceBytes, total - offset));
        }

        GC.KeepAlive(tensor);
    }
}
