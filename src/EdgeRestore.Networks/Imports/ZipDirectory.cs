using System.Buffers.Binary;
using System.Text;

namespace EdgeRestore.Networks.Imports;

/// <summary>What a zip file holds and where, for files whose entries are stored as they are.</summary>
/// <remarks>
/// PyTorch compresses nothing, so compressed entries are refused, and with them every zip bomb. Numbers of sections are
/// those of PKWARE's APPNOTE 6.3.10.
/// </remarks>
internal sealed class ZipDirectory
{
    // A network has an entry per parameter; SymUNet has 453.
    private const int MaxEntries = 100_000;
    private const int MaxDirectoryBytes = 16 << 20;
    private const int EndBytes = 22;
    private const int MaxCommentBytes = ushort.MaxValue;
    private const int HeaderBytes = 46;
    private const int LocalHeaderBytes = 30;
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint HeaderSignature = 0x02014b50;
    private const uint LocalHeaderSignature = 0x04034b50;
    private const ushort EncryptedFlag = 1;

    private readonly CheckpointSource source;
    private readonly Dictionary<string, ZipEntry> entries = new(StringComparer.Ordinal);

    private ZipDirectory(CheckpointSource source) => this.source = source;

    public IReadOnlyDictionary<string, ZipEntry> Entries => entries;

    public static ZipDirectory Read(CheckpointSource source)
    {
        var directory = new ZipDirectory(source);
        var (begin, length, count) = directory.FindDirectory();
        directory.ReadEntries(begin, length, count);
        directory.CheckOverlaps();
        return directory;
    }

    // Where the directory is, by the record at the end of the file (4.3.16) or, in large files, by that of zip64.
    private (long Begin, int Length, int Count) FindDirectory()
    {
        var tail = new byte[(int)Math.Min(source.Length, EndBytes + MaxCommentBytes)];
        source.ReadAt(source.Length - tail.Length, tail);
        var place = tail.Length - EndBytes;
        while (place >= 0 && !IsEnd(tail.AsSpan(place)))
        {
            place--;
        }

        if (place < 0)
        {
            throw Invalid("it begins as a zip file, but has no directory at its end");
        }

        var end = tail.AsSpan(place, EndBytes);
        var endPosition = source.Length - tail.Length + place;
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long begin = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (FindZip64(endPosition) is { } large)
        {
            (begin, length, count) = large;
        }

        if (begin < 0 || length < 0 || begin > endPosition || length > endPosition - begin
            || length > MaxDirectoryBytes || count < 0 || count > MaxEntries || count > length / HeaderBytes)
        {
            throw Invalid(
                $"its directory claims {count} entries in {length} bytes at {begin} of {source.Length} "
                + $"(allowed: {MaxEntries} entries in {MaxDirectoryBytes} bytes)");
        }

        return (begin, (int)length, (int)count);
    }

    // The comment must end where the file does: the same bytes inside a comment are not the record.
    private static bool IsEnd(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) == EndSignature
        && BinaryPrimitives.ReadUInt16LittleEndian(bytes[20..]) == bytes.Length - EndBytes;

    private (long Begin, long Length, long Count)? FindZip64(long endPosition)
    {
        const int LocatorBytes = 20;
        const int Zip64EndBytes = 56;
        if (endPosition < LocatorBytes)
        {
            return null;
        }

        Span<byte> locator = stackalloc byte[LocatorBytes];
        source.ReadAt(endPosition - LocatorBytes, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64LocatorSignature)
        {
            return null;
        }

        Span<byte> end = stackalloc byte[Zip64EndBytes];
        source.ReadAt(BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), end);
        return BinaryPrimitives.ReadUInt32LittleEndian(end) == Zip64EndSignature
            ? (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]),
                BinaryPrimitives.ReadInt64LittleEndian(end[32..]))
            : throw Invalid("its zip64 directory is not where the file says");
    }

    private void ReadEntries(long begin, int length, int count)
    {
        var bytes = new byte[length];
        source.ReadAt(begin, bytes);
        var rest = bytes.AsSpan();
        for (var index = 0; index < count; index++)
        {
            if (rest.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(rest) != HeaderSignature)
            {
                throw Invalid($"entry {index} of its directory is cut off or no entry");
            }

            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
            var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
            var total = HeaderBytes + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
            if (rest.Length < total)
            {
                throw Invalid($"entry {index} of its directory is cut off");
            }

            var name = rest.Slice(HeaderBytes, nameLength);
            Add(rest[..HeaderBytes], name, rest.Slice(HeaderBytes + nameLength, extraLength), begin);
            rest = rest[total..];
        }
    }

    private void Add(ReadOnlySpan<byte> header, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra, long dataEnd)
    {
        var name = Encoding.UTF8.GetString(nameBytes);
        var shown = name.Shown();
        var method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]);
        if ((BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) & EncryptedFlag) != 0 || method != 0)
        {
            throw source.Unusable(
                $"its entry '{shown}' is {(method == 0 ? "encrypted" : $"compressed (method {method})")}; "
                + "allowed are stored entries, as PyTorch writes them",
                CheckpointSource.SaveAgain);
        }

        long compressed = BinaryPrimitives.ReadUInt32LittleEndian(header[20..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(header[24..]);
        long local = BinaryPrimitives.ReadUInt32LittleEndian(header[42..]);
        ApplyZip64(extra, ref length, ref compressed, ref local);
        if (compressed != length || length < 0 || local < 0)
        {
            throw Invalid($"its entry '{shown}' is stored, but claims {compressed} bytes for {length} at {local}");
        }

        var begin = FindData(local, nameBytes, shown);
        if (begin > dataEnd || length > dataEnd - begin)
        {
            throw Invalid($"its entry '{shown}' claims {length} bytes at {begin}; the data end at {dataEnd}");
        }

        var entry = new ZipEntry(local, begin, length, BinaryPrimitives.ReadUInt32LittleEndian(header[16..]));
        if (!entries.TryAdd(name, entry))
        {
            throw Invalid($"it has two entries '{shown}'");
        }
    }

    // 4.5.3: the extra field holds those values, in this order, whose 32-bit places are all ones.
    private void ApplyZip64(ReadOnlySpan<byte> extra, ref long length, ref long compressed, ref long local)
    {
        while (extra.Length >= 4)
        {
            var size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                throw Invalid("an extra field of its directory is cut off");
            }

            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) == 1)
            {
                var values = extra.Slice(4, size);
                TakeLarge(ref values, ref length);
                TakeLarge(ref values, ref compressed);
                TakeLarge(ref values, ref local);
                return;
            }

            extra = extra[(4 + size)..];
        }
    }

    private void TakeLarge(ref ReadOnlySpan<byte> values, ref long value)
    {
        if (value != uint.MaxValue)
        {
            return;
        }

        if (values.Length < 8)
        {
            throw Invalid("a zip64 field of its directory is cut off");
        }

        value = BinaryPrimitives.ReadInt64LittleEndian(values);
        values = values[8..];
    }

    // The local header has a length of its own: PyTorch pads it so that data are aligned (4.3.7).
    private long FindData(long local, ReadOnlySpan<byte> name, string shown)
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        source.ReadAt(local, header);
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        var localName = new byte[nameLength];
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) == LocalHeaderSignature && nameLength == name.Length)
        {
            source.ReadAt(local + LocalHeaderBytes, localName);
            if (name.SequenceEqual(localName) && BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) == 0)
            {
                return local + LocalHeaderBytes + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            }
        }

        throw Invalid($"its directory and its data disagree about the entry '{shown}'");
    }

    private void CheckOverlaps()
    {
        var end = 0L;
        foreach (var (name, entry) in entries.OrderBy(pair => pair.Value.HeaderBegin))
        {
            if (entry.HeaderBegin < end)
            {
                throw Invalid($"its entry '{name.Shown()}' overlaps another one");
            }

            end = entry.Begin + entry.Length;
        }
    }

    private EdgeRestoreException Invalid(string found) => source.Unusable(found, CheckpointSource.Damaged);
}

/// <summary>Where an entry lies in its file, header and data.</summary>
internal readonly record struct ZipEntry(long HeaderBegin, long Begin, long Length, uint Crc32);
