namespace EdgeRestore.Networks.Imports;

/// <summary>The checksum of zip files (ISO 3309, reflected polynomial 0xEDB88320), eight bytes a step.</summary>
internal static class Crc32
{
    private const int ChunkBytes = 1 << 16;

    private static readonly uint[] Table = CreateTable();

    public static uint Of(CheckpointSource source, long begin, long length)
    {
        var buffer = new byte[Math.Min(ChunkBytes, length)];
        var crc = ~0u;
        for (long done = 0; done < length;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done));
            source.ReadAt(begin + done, part);
            crc = Add(crc, part);
            done += part.Length;
        }

        return ~crc;
    }

    private static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        var table = Table;
        while (bytes.Length >= 8)
        {
            crc = table[0x700 + (bytes[0] ^ (byte)crc)]
                ^ table[0x600 + (bytes[1] ^ (byte)(crc >> 8))]
                ^ table[0x500 + (bytes[2] ^ (byte)(crc >> 16))]
                ^ table[0x400 + (bytes[3] ^ (byte)(crc >> 24))]
                ^ table[0x300 + bytes[4]]
                ^ table[0x200 + bytes[5]]
                ^ table[0x100 + bytes[6]]
                ^ table[bytes[7]];
            bytes = bytes[8..];
        }

        foreach (var value in bytes)
        {
            crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        }

        return crc;
    }

    // Row k holds the effect of a byte that k more bytes follow.
    private static uint[] CreateTable()
    {
        var table = new uint[8 * 256];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(crc & 1));
            }

            table[value] = crc;
        }

        for (var index = 256; index < table.Length; index++)
        {
            table[index] = table[(byte)table[index - 256]] ^ (table[index - 256] >> 8);
        }

        return table;
    }
}
