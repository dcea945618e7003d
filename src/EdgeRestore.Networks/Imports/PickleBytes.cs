using System.Text;

namespace EdgeRestore.Networks.Imports;

/// <summary>The bytes of a pickle, one after the other, from a window of a file.</summary>
internal sealed class PickleBytes(CheckpointSource source, long begin, long length)
{
    // A tensor takes some 130 bytes of pickle; SymUNet's 453 take 60 kB.
    private const int MaxBytes = 16 << 20;
    private const int BufferBytes = 1 << 14;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly long end = begin + Math.Min(length, MaxBytes);
    private readonly byte[] buffer = new byte[BufferBytes];
    private int used;
    private int filled;
    private long fetched = begin;

    /// <summary>Byte of the file that is read next.</summary>
    public long Position => fetched - filled + used;

    public byte ReadByte()
    {
        if (used == filled)
        {
            Require(1);
            filled = (int)Math.Min(buffer.Length, end - fetched);
            used = 0;
            source.ReadAt(fetched, buffer.AsSpan(0, filled));
            fetched += filled;
        }

        return buffer[used++];
    }

    public byte[] Read(int count)
    {
        Require(count);
        var bytes = new byte[count];
        var kept = Math.Min(count, filled - used);
        buffer.AsSpan(used, kept).CopyTo(bytes);
        used += kept;
        if (kept < count)
        {
            source.ReadAt(fetched, bytes.AsSpan(kept));
            fetched += count - kept;
            used = filled = 0;
        }

        return bytes;
    }

    public string ReadText(long count)
    {
        Require(count);
        return Decode(Read((int)count));
    }

    /// <summary>Text up to a line feed, as names of globals stand.</summary>
    public string ReadLine(int maxBytes)
    {
        var bytes = new List<byte>();
        for (var next = ReadByte(); next != (byte)'\n'; next = ReadByte())
        {
            bytes.Add(next);
            if (bytes.Count > maxBytes)
            {
                throw source.Unusable(
                    $"its pickle has a name of more than {maxBytes} bytes at byte {Position}",
                    CheckpointSource.Damaged);
            }
        }

        return Decode([.. bytes]);
    }

    private string Decode(byte[] bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (ArgumentException error)
        {
            throw source.Unusable(
                $"its pickle has text that is not UTF-8 before byte {Position}", CheckpointSource.Damaged, error);
        }
    }

    private void Require(long count)
    {
        if (count > end - Position)
        {
            throw source.Unusable(
                $"its pickle asks for {count} bytes at byte {Position}, where {end - Position} are left "
                + $"(at most {MaxBytes} in all)",
                CheckpointSource.Damaged);
        }
    }
}
