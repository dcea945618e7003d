using System.Buffers;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Protocol.Tests;

public sealed class OutboundReplyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public void Write_Frame_IsWhatTheGeneratedParserReads(int payloadLength)
    {
        var payload = new byte[payloadLength];
        new Random(1).NextBytes(payload);
        var frame = new FrameReply
        {
            Sequence = ulong.MaxValue,
            TimestampNs = -5,
            Width = 640,
            Height = 480,
            Route = Degradation.Rain,
            Confidence = 0.5f,
            Dropped = new DroppedFrames { Count = 3 },
            Timings = new FrameTimings { RunUs = 9 },
        };

        var read = RestoreReply.Parser.ParseFrom(Write(new RestoreReply { Frame = frame }, payload));

        Assert.Equal(ByteString.CopyFrom(payload), read.Frame.Payload);
        read.Frame.Payload = ByteString.Empty;
        Assert.Equal(frame, read.Frame);
    }

    [Fact]
    public void Write_ReplyWithoutPayload_IsWhatTheGeneratedParserReads()
    {
        var reply = new RestoreReply { Error = new FrameError { Sequence = 3, Message = "late" } };

        Assert.Equal(reply, RestoreReply.Parser.ParseFrom(Write(reply, default)));
    }

    private static byte[] Write(RestoreReply message, ReadOnlyMemory<byte> payload)
    {
        var target = new Target();
        new OutboundReply(message, payload).Write(target);
        Assert.True(target.IsComplete);

        // gRPC writes the length before the message: one that is wrong breaks the stream.
        Assert.Equal(target.Length, target.Written.WrittenCount);
        return target.Written.WrittenMemory.ToArray();
    }

    private sealed class Target : SerializationContext
    {
        public ArrayBufferWriter<byte> Written { get; } = new();

        public int Length { get; private set; }

        public bool IsComplete { get; private set; }

        public override void SetPayloadLength(int payloadLength) => Length = payloadLength;

        public override IBufferWriter<byte> GetBufferWriter() => Written;

        public override void Complete() => IsComplete = true;

        public override void Complete(byte[] payload) => throw new NotSupportedException();
    }
}
