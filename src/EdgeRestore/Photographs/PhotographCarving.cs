using System.Buffers.Binary;
using EdgeRestore.Codecs;

namespace EdgeRestore.Photographs;

/// <summary>Cuts photographs out of the containers in which some packages keep them.</summary>
internal static class PhotographCarving
{
    /// <summary>The photograph's own bytes out of its file's.</summary>
    /// <exception cref="EdgeRestoreException">Nothing there is the image that the list describes.</exception>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> file, Photograph photograph)
    {
        if (photograph.LengthBytes == 0)
        {
            return file;
        }

        // At the place that the list names; other builds of the package move it, so then by what the image looks like.
        if (photograph.OffsetBytes + photograph.LengthBytes <= file.Length)
        {
            var there = file.Slice((int)photograph.OffsetBytes, (int)photograph.LengthBytes);
            if (ImageCodec.Sniff(there) != ImageFileFormat.Unknown)
            {
                return there;
            }
        }

        var found = photograph.Path.EndsWith(".rcc", StringComparison.Ordinal)
            ? FindWebP(file, photograph.LengthBytes)
            : FindLargestJpeg(file);
        return found.IsEmpty
            ? throw new EdgeRestoreException(
                $"'{photograph.Path}' of package '{photograph.Package}' holds no image of {photograph.LengthBytes} "
                + $"bytes at {photograph.OffsetBytes} nor elsewhere. The list was made for Debian 12 (bookworm); fetch "
                + "there.")
            : found;
    }

    // A WebP states its own length, which tells the wanted one from its neighbours.
    private static ReadOnlySpan<byte> FindWebP(ReadOnlySpan<byte> file, long lengthBytes)
    {
        for (var start = 0; start + 12 <= file.Length; start++)
        {
            var next = file[start..].IndexOf("RIFF"u8);
            if (next < 0)
            {
                break;
            }

            start += next;
            var rest = file[start..];
            if (rest.Length < 12 || !rest[8..].StartsWith("WEBP"u8))
            {
                continue;
            }

            var stated = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) + 8L;
            if (stated <= rest.Length && Math.Abs(stated - lengthBytes) <= 1)
            {
                return rest[..(int)stated];
            }
        }

        return [];
    }

    private static ReadOnlySpan<byte> FindLargestJpeg(ReadOnlySpan<byte> file)
    {
        using var codec = new JpegCodec();
        var best = ReadOnlySpan<byte>.Empty;
        var bestPixels = 0L;
        for (var start = 0; start + 4 <= file.Length; start++)
        {
            var next = file[start..].IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF, 0xE0]);
            if (next < 0)
            {
                break;
            }

            start += next;
            try
            {
                var (width, height) = codec.ReadSize(file[start..]);
                if ((long)width * height > bestPixels)
                {
                    bestPixels = (long)width * height;
                    best = file[start..];
                }
            }
            catch (ImageException)
            {
                // A thumbnail's or profile's bytes that only look like a beginning.
            }
        }

        return best;
    }
}
