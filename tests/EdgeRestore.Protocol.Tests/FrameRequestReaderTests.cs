using System.Buffers;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Protocol.Tests;

public sealed class FrameRequestReaderTests
{
    private static readonly byte[] Pixels = [.. Enumerable.Range(0, 1000).Select(number => (byte)(number * 7))];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100_000)]
    public void Read_Frame_IsWhatTheGeneratedParserReads(int segmentLength)
    {
        foreach (var frame in new[]
        {
            new FrameRequest(),
            new FrameRequest { Sequence = ulong.MaxValue, TimestampNs = -1 },
            new FrameRequest { Sequence = 1, TimestampNs = long.MinValue, Payload = ByteString.CopyFrom(Pixels) },
            new FrameRequest { Payload = ByteString.CopyFrom(Pixels, 0, 127) },
        })
        {
            var bytes = new RestoreRequest { Frame = frame }.ToByteArray();

            using var read = FrameRequestReader.Read(Split(bytes, segmentLength));

            Assert.Equal(RestoreRequest.MessageOneofCase.Frame, read.Case);
            using var payload = read.TakePayload();
            Assert.Equal(frame, new FrameRequest
            {
                Sequence = read.Sequence,
                TimestampNs = read.TimestampNs,
                Payload = ByteString.CopyFrom(payload.Span),
            });
        }
    }

    [Fact]
    public void Read_Open_IsRead()
    {
        var open = new OpenStream { StreamName = "yard", Codec = ImageCodec.Jpeg };

        using var read = FrameRequestReader.Read(Split(new RestoreRequest { Open = open }.ToByteArray(), 5));

        Assert.Equal(RestoreRequest.MessageOneofCase.Open, read.Case);
        Assert.Equal(open, read.Open);
        Assert.Throws<InvalidOperationException>(read.TakePayload);
    }

    [Fact]
    public void TakePayload_Twice_Throws()
    {
        var frame = new RestoreRequest { Frame = new FrameRequest { Payload = ByteString.CopyFrom(Pixels) } };
        using var read = FrameRequestReader.Read(Split(frame.ToByteArray(), 64));

        using var payload = read.TakePayload();

        Assert.Throws<InvalidOperationException>(read.TakePayload);
    }

    // Random messages and random damage: whatever the generated parser makes of bytes, this makes of them too.
    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(2, 20_000)]
    public void Read_DamagedMessage_IsReadOrRefusedLikeByTheGeneratedParser(int seed, int count)
    {
        var random = new Random(seed);
        var (readCount, refusedCount) = (0, 0);
        for (var index = 0; index < count; index++)
        {
            var bytes = FrameMessages.Damage(FrameMessages.Create(random), random);
            var isRead = FrameMessages.Compare(bytes, Split(bytes, random.Next(1, 40)));
            (readCount, refusedCount) = (readCount + (isRead ? 1 : 0), refusedCount + (isRead ? 0 : 1));
        }

        // Damage that never or always shows would test nothing.
        Assert.InRange(readCount, count / 20, count);
        Assert.InRange(refusedCount, count / 20, count);
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int segmentLength) =>
        FrameMessages.Split(bytes, segmentLength);
}
