using System.Buffers;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Protocol.Tests;

/// <summary>Requests, whole and damaged, and what two readers make of them.</summary>
internal static class FrameMessages
{
    public static byte[] Create(Random random)
    {
        var payload = new byte[random.Next(0, 300)];
        random.NextBytes(payload);
        return new RestoreRequest
        {
            Frame = new FrameRequest
            {
                Sequence = (ulong)random.NextInt64() >> random.Next(0, 64),
                TimestampNs = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(0, 64),
                Payload = ByteString.CopyFrom(payload),
            },
        }.ToByteArray();
    }

    /// <summary>Flips, inserts, removes or repeats bytes, mostly near the start, where tags and lengths are.</summary>
    public static byte[] Damage(byte[] bytes, Random random)
    {
        var damaged = bytes.ToList();
        for (var count = random.Next(0, 4); count > 0 && damaged.Count > 0; count--)
        {
            var place = random.Next(0, random.Next(2) == 0 ? Math.Min(20, damaged.Count) : damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    damaged.Insert(place, (byte)random.Next(256));
                    break;
                case 2:
                    damaged.RemoveAt(place);
                    break;
                default:
                    damaged.AddRange(bytes.AsSpan(0, random.Next(0, bytes.Length)));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Reads bytes both ways and fails the test where these differ.</summary>
    /// <returns>Whether the bytes were a message.</returns>
    public static bool Compare(byte[] bytes, ReadOnlySequence<byte> sequence)
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
            using var read = FrameRequestReader.Read(sequence);
            Assert.True(expected is not null, $"Read what is no message: {Convert.ToHexString(bytes)}");
            Assert.Equal(expected.MessageCase, read.Case);
            if (read.Case == RestoreRequest.MessageOneofCase.Frame)
            {
                using var payload = read.TakePayload();
                Assert.Equal(
                    (expected.Frame.Sequence, expected.Frame.TimestampNs), (read.Sequence, read.TimestampNs));
                Assert.True(
                    payload.Span.SequenceEqual(expected.Frame.Payload.Span), Convert.ToHexString(bytes));
            }
        }
        catch (InvalidProtocolBufferException)
        {
            Assert.True(expected is null, $"Refused a message: {Convert.ToHexString(bytes)}");
        }

        return expected is not null;
    }

    /// <summary>The bytes in segments, as a transport delivers them.</summary>
    public static ReadOnlySequence<byte> Split(byte[] bytes, int segmentLength)
    {
        var first = new Segment(default, 0);
        var last = first;
        for (var start = 0; start < bytes.Length; start += segmentLength)
        {
            last = last.Append(bytes.AsMemory(start, Math.Min(segmentLength, bytes.Length - start)));
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
