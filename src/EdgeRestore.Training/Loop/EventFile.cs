using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace EdgeRestore.Training.Loop;

/// <summary>
/// Scalars over steps as TensorBoard reads them: records of TFRecord's framing, each an Event of tensorflow/core/util/
/// event.proto.
/// </summary>
/// <remarks>
/// Three messages of five fields are written by hand: a dependency and generated code would be more than they are. Each
/// process writes a file of its own, as TensorBoard wants it; it reads all of a folder. Nothing stays open.
/// </remarks>
internal sealed class EventFile
{
    private const string Version = "brain.Event:2";

    // tensorflow/core/lib/hash/crc32c.h: checksums of data that holds checksums.
    private const uint MaskDelta = 0xa282ead8;

    // Field numbers shifted by three, with the wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
    private const byte WallTime = (1 << 3) | 1;
    private const byte StepNumber = 2 << 3;
    private const byte FileVersion = (3 << 3) | 2;
    private const byte Summary = (5 << 3) | 2;
    private const byte SummaryValue = (1 << 3) | 2;
    private const byte ValueTag = (1 << 3) | 2;
    private const byte ValueSimple = (2 << 3) | 5;

    private readonly string _folder;
    private readonly TimeProvider _time;
    private string? _path;

    public EventFile(string folder, TimeProvider? time = null)
    {
        _folder = folder;
        _time = time ?? TimeProvider.System;
    }

    private double Seconds => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Appends the scalars of one step.</summary>
    public void Append(long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = new MemoryStream();
        Span<byte> bits = stackalloc byte[sizeof(float)];
        foreach (var (tag, value) in scalars)
        {
            var message = new MemoryStream();
            WriteBytes(message, ValueTag, Encoding.UTF8.GetBytes(tag));
            message.WriteByte(ValueSimple);
            BinaryPrimitives.WriteSingleLittleEndian(bits, (float)value);
            message.Write(bits);
            WriteBytes(summary, SummaryValue, message.ToArray());
        }

        var content = NewEvent();
        content.WriteByte(StepNumber);
        WriteVarint(content, (ulong)step);
        WriteBytes(content, Summary, summary.ToArray());
        Append(content);
    }

    private void Append(MemoryStream content)
    {
        if (_path is null)
        {
            Create();
        }

        using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
        WriteRecord(file, content.ToArray());
    }

    [MemberNotNull(nameof(_path))]
    private void Create()
    {
        // Seconds first: TensorBoard takes the files of a folder in the order of their names.
        _path = Path.Combine(_folder, string.Create(
            CultureInfo.InvariantCulture,
            $"events.out.tfevents.{(long)Seconds:D10}.{Environment.MachineName}.{Environment.ProcessId}"));
        var first = NewEvent();
        WriteBytes(first, FileVersion, Encoding.ASCII.GetBytes(Version));
        Append(first);
    }

    private MemoryStream NewEvent()
    {
        var content = new MemoryStream();
        content.WriteByte(WallTime);
        Span<byte> bits = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bits, Seconds);
        content.Write(bits);
        return content;
    }

    // length (8 bytes), its checksum (4), content, its checksum (4): all little endian
    private static void WriteRecord(Stream stream, byte[] content)
    {
        var record = new byte[8 + 4 + content.Length + 4];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedChecksum(record.AsSpan(0, 8)));
        content.CopyTo(record, 12);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + content.Length), MaskedChecksum(content));
        stream.Write(record);
    }

    private static uint MaskedChecksum(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }

    private static void WriteBytes(MemoryStream stream, byte key, byte[] bytes)
    {
        stream.WriteByte(key);
        WriteVarint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void WriteVarint(MemoryStream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            stream.WriteByte((byte)(value | 0x80));
        }

        stream.WriteByte((byte)value);
    }
}
