using System.Buffers;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Benchmarks.Fuzz;

/// <summary>The daemon's reader of requests against the generated one: they take and refuse the same.</summary>
internal static class MessageFuzz
{
    public static (int Taken, int Refused) Run(Random random, int count)
    {
        var (taken, refused) = (0, 0);
        for (var index = 0; index < count; index++)
        {
            var bytes = Damage.Of(Create(random), random);
            if (Compare(bytes))
            {
                taken++;
            }
            else
            {
                refused++;
            }
        }

        return (taken, refused);
    }

    public static byte[] Create(Random random)
    {
        if (random.Next(8) == 0)
        {
            return new RestoreRequest
            {
                Open = new OpenStream
                {
                    StreamName = "fuzz",
                    Raw = new RawLayout { Layout = PixelLayout.Rgb24, Width = 64, Height = 48 },
                    Priority = (Priority)random.Next(0, 5),
                    FrameDeadlineMs = (uint)random.Next(),
                },
            }.ToByteArray();
        }

        var payload = new byte[random.Next(0, 200)];
        random.NextBytes(payload);
        var frame = new FrameRequest
        {
            Sequence = (ulong)random.NextInt64() >> random.Next(0, 64),
            TimestampNs = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(0, 64),
            Payload = ByteString.CopyFrom(payload),
        };
        if (random.Next(4) == 0)
        {
            frame.Shared = new SharedRange { Offset = (ulong)random.NextInt64(), Length = (ulong)random.NextInt64() };
            frame.Reply = new SharedRange { Offset = (ulong)random.NextInt64(), Length = (ulong)random.NextInt64() };
        }

        return new RestoreRequest { Frame = frame }.ToByteArray();
    }

    private static bool Compare(byte[] bytes)
    {
        RestoreRequest? expected = null;
        try
        {
            expected = RestoreRequest.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
        }

        try
        {
            using var read = FrameRequestReader.Read(new ReadOnlySequence<byte>(bytes));
            if (expected is null || expected.MessageCase != read.Case)
            {
                throw new FuzzException("The reader took what protobuf did not.", bytes);
            }

            if (read.Case == RestoreRequest.MessageOneofCase.Frame)
            {
                using var payload = read.TakePayload();
                var frame = expected.Frame;
                if (frame.Sequence != read.Sequence || frame.TimestampNs != read.TimestampNs
                    || !Equals(frame.Shared, read.Shared) || !Equals(frame.Reply, read.Reply)
                    || !payload.Span.SequenceEqual(frame.Payload.Span))
                {
                    throw new FuzzException("The reader understood something else than protobuf.", bytes);
                }
            }

            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return expected is null
                ? false
                : throw new FuzzException("The reader refused what protobuf took.", bytes);
        }
    }
}
