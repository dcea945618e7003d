using System.Buffers.Binary;
using System.Runtime.InteropServices;
using EdgeRestore.Onnx;

namespace EdgeRestore.Networks.Imports;

/// <summary>Numbers of one type, one behind the other, in a checkpoint: what PyTorch calls a storage.</summary>
internal sealed class StoredArray(string key, ElementType type, long count)
{
    // Small enough to stay in a core's cache while it is converted.
    private const int ChunkBytes = 1 << 16;

    private bool isChecked;

    public string Key { get; } = key;

    public ElementType Type { get; } = type;

    public long Count { get; } = count;

    public long LengthBytes => Count * Type.SizeInBytes();

    /// <summary>Byte of the file at which it begins; known once the file's directory is read.</summary>
    public long Begin { get; set; } = -1;

    /// <summary>The checksum that the file gives for it.</summary>
    public uint? Crc32 { get; set; }

    /// <summary>Numbers from an index on, widened or rounded to float32.</summary>
    public void Read(CheckpointSource source, long index, Span<float> values)
    {
        Check(source);
        var position = Begin + index * Type.SizeInBytes();
        if (Type == ElementType.Float)
        {
            source.ReadAt(position, MemoryMarshal.AsBytes(values));
            return;
        }

        var buffer = new byte[Math.Min((long)ChunkBytes, values.Length * (long)Type.SizeInBytes())];
        var chunk = Math.Max(1, buffer.Length / Type.SizeInBytes());
        for (var done = 0; done < values.Length; done += chunk)
        {
            var part = values[done..Math.Min(values.Length, done + chunk)];
            var bytes = buffer.AsSpan(0, part.Length * Type.SizeInBytes());
            source.ReadAt(position, bytes);
            position += bytes.Length;
            Widen(Type, bytes, part);
        }
    }

    /// <summary>Little-endian numbers to float32, rounded where it holds fewer digits.</summary>
    internal static void Widen(ElementType type, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var size = type.SizeInBytes();
        for (var index = 0; index < values.Length; index++)
        {
            var item = bytes.Slice(index * size, size);
            values[index] = type switch
            {
                ElementType.Float => BinaryPrimitives.ReadSingleLittleEndian(item),
                ElementType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(item),
                ElementType.BFloat16 =>
                    BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(item) << 16),
                ElementType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(item),
                ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(item),
                ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(item),
                ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(item),
                ElementType.Int8 => (sbyte)item[0],
                ElementType.Bool => item[0] == 0 ? 0 : 1,
                _ => item[0],
            };
        }
    }

    // Once per array, and only for those that are taken: the second reading comes from the system's file cache.
    private void Check(CheckpointSource source)
    {
        if (isChecked || Crc32 is not { } expected)
        {
            return;
        }

        var found = Imports.Crc32.Of(source, Begin, LengthBytes);
        if (found != expected)
        {
            throw source.Unusable(
                $"the bytes of array '{Key.Shown()}' have the checksum {found:x8}, the file says {expected:x8}",
                CheckpointSource.Damaged);
        }

        isChecked = true;
    }
}
