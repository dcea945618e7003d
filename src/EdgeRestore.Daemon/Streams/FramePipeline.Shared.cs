using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

internal sealed partial class FramePipeline
{
    /// <summary>Finds a frame and the place of its result in shared memory; what is wrong with them, or null.</summary>
    /// <remarks>
    /// Nothing that the client says is taken for true: ranges are checked without a sum that could overflow.
    /// </remarks>
    private string? FindShared(StreamFrame frame, SharedRange place, SharedRange? result)
    {
        if (_shared is null)
        {
            return "The frame is said to lie in shared memory; the stream was opened without. Name it in "
                + "open.shared_memory.";
        }

        if (result is null)
        {
            return "The frame lies in shared memory and has no reply range; allowed is one as large as the result. Set "
                + "it.";
        }

        foreach (var (range, name) in new[] { (place, "shared"), (result, "reply") })
        {
            if (range.Length > int.MaxValue || range.Offset > (ulong)_shared.SizeBytes
                || range.Length > (ulong)_shared.SizeBytes - range.Offset)
            {
                return $"{name} is {range.Length} bytes from {range.Offset} on; the stream's shared memory has "
                    + $"{_shared.SizeBytes}. Stay within it.";
            }
        }

        if (place.Offset < result.Offset + result.Length && result.Offset < place.Offset + place.Length)
        {
            return $"shared ({place.Length} bytes from {place.Offset} on) and reply ({result.Length} from "
                + $"{result.Offset}) overlap; results are written while frames are read. Keep them apart.";
        }

        if (!_shared.IsWhole())
        {
            return $"Shared memory '{_shared.Name}' is shorter than the {_shared.SizeBytes} bytes it was opened with. "
                + "Leave its size alone while the stream is open.";
        }

        frame.SharedPayload = _shared.Slice((long)place.Offset, (int)place.Length);
        frame.SharedReply = (_shared.Slice((long)result.Offset, (int)result.Length), result);
        return null;
    }

    /// <summary>Where a frame's result is computed: in shared memory when it is sent as it is.</summary>
    private Frame RentOutput(StreamFrame frame)
    {
        var (width, height) = (frame.Input!.Width, frame.Input.Height);
        return frame.SharedReply is { } reply && _settings.Output.Layout == PixelFormat.Rgb24
            && reply.Room.Length >= frame.Input.LengthBytes
            ? Frame.Wrap(reply.Room, width, height, PixelFormat.Rgb24)
            : Frame.Rent(width, height, PixelFormat.Rgb24);
    }

    /// <summary>Puts a result where the client wants it; what is wrong, or null.</summary>
    private static string? Place(ReadOnlyMemory<byte> result, (Memory<byte> Room, SharedRange Range) reply)
    {
        if (result.Length > reply.Room.Length)
        {
            return $"The result has {result.Length} bytes; its reply range has {reply.Room.Length}. Make it larger.";
        }

        if (!result.Span.Overlaps(reply.Room.Span))
        {
            result.CopyTo(reply.Room);
        }

        return null;
    }
}
