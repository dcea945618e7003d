using System.Buffers.Binary;
using System.Text;

namespace EdgeRestore.Inference.Caching;

/// <summary>Which other libraries a shared library asks the loader for.</summary>
/// <remarks>Offsets and constants: System V ABI, elf(5), for 64 bits and little endian, as x64 and arm64 have
/// it.</remarks>
internal static class ElfFile
{
    private const int ProgramHeaderBytes = 56;
    private const int DynamicEntryBytes = 16;
    private const uint LoadSegment = 1;
    private const uint DynamicSegment = 2;
    private const ulong NeededTag = 1;
    private const ulong StringTableTag = 5;

    /// <summary>The names behind DT_NEEDED, in the file's order.</summary>
    /// <exception cref="InvalidDataException">Not such a file.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<string> ReadNeeded(string path)
    {
        using var file = File.OpenRead(path);
        var header = ReadAt(file, 0, 64);
        if (!header.AsSpan(0, 6).SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException($"'{path}' is no 64-bit little-endian ELF file.");
        }

        var offset = (long)UInt64(header, 32);
        var count = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56));
        var segments = ReadAt(file, offset, count * ProgramHeaderBytes);
        var loads = new List<(ulong Address, ulong Offset, ulong Length)>();
        byte[] dynamic = [];
        for (var at = 0; at < segments.Length; at += ProgramHeaderBytes)
        {
            var kind = BinaryPrimitives.ReadUInt32LittleEndian(segments.AsSpan(at));
            var (fileOffset, address, length) = (
                UInt64(segments, at + 8), UInt64(segments, at + 16), UInt64(segments, at + 32));
            if (kind == LoadSegment)
            {
                loads.Add((address, fileOffset, length));
            }
            else if (kind == DynamicSegment)
            {
                dynamic = ReadAt(file, (long)fileOffset, (int)length);
            }
        }

        var names = new List<ulong>();
        var table = 0UL;
        for (var at = 0; at + DynamicEntryBytes <= dynamic.Length; at += DynamicEntryBytes)
        {
            var (tag, value) = (UInt64(dynamic, at), UInt64(dynamic, at + 8));
            if (tag == NeededTag)
            {
                names.Add(value);
            }
            else if (tag == StringTableTag)
            {
                var load = loads.Find(load => value >= load.Address && value - load.Address < load.Length);
                table = value - load.Address + load.Offset;
            }
        }

        return [.. names.Select(name => ReadName(file, (long)(table + name)))];
    }

    private static ulong UInt64(byte[] bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));

    private static byte[] ReadAt(FileStream file, long offset, int length)
    {
        if (offset < 0 || length < 0 || offset > file.Length - length)
        {
            throw new InvalidDataException($"'{file.Name}' ends before {offset + length}.");
        }

        var bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static string ReadName(FileStream file, long offset)
    {
        const int maxNameBytes = 256;
        var bytes = ReadAt(file, offset, (int)Math.Min(maxNameBytes, Math.Max(0, file.Length - offset)));
        var end = Array.IndexOf(bytes, (byte)0);
        return Encoding.UTF8.GetString(bytes, 0, end < 0 ? bytes.Length : end);
    }
}
