using System.Buffers;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Protocol.Messages;

/// <summary>
/// A reply of a <c>Restore</c> stream as the daemon sends it: a restored frame's payload stays where it is until it is
/// written to the transport.
/// </summary>
/// <param name="message">The reply; that of a frame has no payload of its own.</param>
/// <param name="payload">The frame's; unchanged until the reply is written.</param>
public sealed class OutboundReply(RestoreReply message, ReadOnlyMemory<byte> payload = default)
{
    private const byte FrameTag = (RestoreReply.FrameFieldNumber << 3) | 2;
    private const byte PayloadTag = (FrameReply.PayloadFieldNumber << 3) | 2;

    public RestoreReply Message => message;

    public ReadOnlyMemory<byte> Payload => payload;

    internal void Write(SerializationContext target)
    {
        if (payload.IsEmpty)
        {
            target.SetPayloadLength(message.CalculateSize());
            message.WriteTo(target.GetBufferWriter());
            target.Complete();
            return;
        }

        // The fields of a message may come in any order: the payload goes last, behind what protobuf writes.
        var header = message.Frame.CalculateSize();
        var length = header + 1 + CodedOutputStream.ComputeLengthSize(payload.Length) + payload.Length;
        target.SetPayloadLength(1 + CodedOutputStream.ComputeLengthSize(length) + length);
        var writer = target.GetBufferWriter();
        WriteTag(writer, FrameTag, length);
        message.Frame.WriteTo(writer);
        WriteTag(writer, PayloadTag, payload.Length);
        writer.Write(payload.Span);
        target.Complete();
    }

    private static void WriteTag(IBufferWriter<byte> writer, byte tag, int length)
    {
        // A tag and 32 bits at 7 in each byte.
        var bytes = writer.GetSpan(6);
        bytes[0] = tag;
        var count = 1;
        for (var rest = (uint)length; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                bytes[count++] = (byte)rest;
                break;
            }

            bytes[count++] = (byte)(rest | 0x80);
        }

        writer.Advance(count);
    }
}
