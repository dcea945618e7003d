using System.Buffers;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Protocol.Messages;

/// <summary>
/// Reads the message that arrives a hundred times a second, a plain frame, straight from the transport's segments into
/// pooled memory. Everything else is left to the generated parser, which also says what is wrong with it.
/// </summary>
internal static class FrameRequestReader
{
    // Tags: field number << 3 | wire type, 0 varint and 2 length-delimited (protobuf.dev/programming-guides/encoding).
    private const byte FrameTag = (RestoreRequest.FrameFieldNumber << 3) | 2;
    private const byte SequenceTag = FrameRequest.SequenceFieldNumber << 3;
    private const byte TimestampTag = FrameRequest.TimestampNsFieldNumber << 3;
    private const byte PayloadTag = (FrameRequest.PayloadFieldNumber << 3) | 2;

    // 64 bits, 7 in each byte.
    private const int MaxVarintLength = 10;

    /// <exception cref="InvalidProtocolBufferException">The bytes are no request.</exception>
    public static InboundRequest Read(in ReadOnlySequence<byte> message) =>
        TryReadFrame(message) ?? InboundRequest.From(RestoreRequest.Parser.ParseFrom(message));

    private static InboundRequest? TryReadFrame(in ReadOnlySequence<byte> message)
    {
        var reader = new SequenceReader<byte>(message);
        if (!reader.TryRead(out var tag) || tag != FrameTag
            || !TryReadVarint(ref reader, out var length) || length != (ulong)reader.Remaining)
        {
            return null;
        }

        var (sequence, timestamp) = (0ul, 0ul);
        var payload = ReadOnlySequence<byte>.Empty;
        while (reader.TryRead(out tag))
        {
            switch (tag)
            {
                case SequenceTag when TryReadVarint(ref reader, out sequence):
                case TimestampTag when TryReadVarint(ref reader, out timestamp):
                    break;
                case PayloadTag when TryReadVarint(ref reader, out length) && length <= (ulong)reader.Remaining:
                    payload = reader.UnreadSequence.Slice(0, (long)length);
                    reader.Advance((long)length);
                    break;
                default:
                    return null;
            }
        }

        var bytes = PooledBytes.Rent(checked((int)payload.Length));
        payload.CopyTo(bytes.Span);
        return InboundRequest.FromFrame(sequence, (long)timestamp, bytes);
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var index = 0; index < MaxVarintLength; index++)
        {
            if (!reader.TryRead(out var part))
            {
                return false;
            }

            value |= (ulong)(part & 0x7F) << (7 * index);
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
