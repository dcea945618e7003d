using System.IO.Compression;
using System.Text;

namespace EdgeRestore.Networks.Tests.Imports;

/// <summary>Zip files with stored entries, written by hand, so that they can lie.</summary>
internal static class TestZip
{
    /// <summary>The files, stored.</summary>
    public static byte[] Of(params (string Name, byte[] Data)[] files)
    {
        using var zip = new MemoryStream();
        using var directory = new MemoryStream();
        using (var data = new BinaryWriter(zip, Encoding.UTF8, leaveOpen: true))
        using (var central = new BinaryWriter(directory, Encoding.UTF8, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                var offset = (uint)zip.Length;
                var encoded = Encoding.UTF8.GetBytes(name);
                byte[] common =
                [
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    .. BitConverter.GetBytes(CrcOf(bytes)),
                    .. BitConverter.GetBytes(bytes.Length),
                    .. BitConverter.GetBytes(bytes.Length),
                    .. BitConverter.GetBytes((ushort)encoded.Length),
                    0, 0,
                ];
                data.Write(0x04034b50);
                data.Write(common);
                data.Write(encoded);
                data.Write(bytes);
                data.Flush();
                central.Write(0x02014b50);
                central.Write((ushort)0);
                central.Write(common);
                central.Write(new byte[10]);
                central.Write(offset);
                central.Write(encoded);
            }
        }

        var begin = (int)zip.Length;
        directory.WriteTo(zip);
        byte[] end =
        [
            0x50, 0x4b, 5, 6, 0, 0, 0, 0,
            .. BitConverter.GetBytes((ushort)files.Length), .. BitConverter.GetBytes((ushort)files.Length),
            .. BitConverter.GetBytes((int)directory.Length), .. BitConverter.GetBytes(begin), 0, 0,
        ];
        zip.Write(end);
        return zip.ToArray();
    }

    /// <summary>The files of a zip file, by another reader than ours.</summary>
    public static (string Name, byte[] Data)[] Read(string path)
    {
        using var zip = ZipFile.OpenRead(path);
        return [.. zip.Entries.Select(entry => (entry.FullName, Bytes(entry)))];
    }

    // Bit by bit: it is to check the table of the reader.
    private static uint CrcOf(byte[] bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
