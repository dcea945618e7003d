using EdgeRestore.Frames;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Protocol.Messages;

/// <summary>
/// A request of a <c>Restore</c> stream as the daemon takes it: the payload lies in pooled memory, where a
/// <see cref="RestoreRequest"/> has an array of its own for every frame.
/// </summary>
/// <remarks>Owns the payload until that is taken.</remarks>
public sealed class InboundRequest : IDisposable
{
    private PooledBytes? _payload;

    private InboundRequest()
    {
    }

    public RestoreRequest.MessageOneofCase Case { get; private init; }

    /// <summary>Set when this is the open message.</summary>
    public OpenStream? Open { get; private init; }

    public ulong Sequence { get; private init; }

    public long TimestampNs { get; private init; }

    /// <summary>Set when the payload lies in shared memory instead.</summary>
    public SharedRange? Shared { get; private init; }

    /// <summary>Where the result of such a frame goes.</summary>
    public SharedRange? Reply { get; private init; }

    internal static InboundRequest FromFrame(ulong sequence, long timestampNs, PooledBytes payload) => new()
    {
        Case = RestoreRequest.MessageOneofCase.Frame,
        Sequence = sequence,
        TimestampNs = timestampNs,
        _payload = payload,
    };

    internal static InboundRequest From(RestoreRequest message)
    {
        if (message.MessageCase != RestoreRequest.MessageOneofCase.Frame)
        {
            return new InboundRequest { Case = message.MessageCase, Open = message.Open };
        }

        var frame = message.Frame;
        var payload = PooledBytes.Rent(frame.Payload.Length);
        frame.Payload.Span.CopyTo(payload.Span);
        return new InboundRequest
        {
            Case = RestoreRequest.MessageOneofCase.Frame,
            Sequence = frame.Sequence,
            TimestampNs = frame.TimestampNs,
            Shared = frame.Shared,
            Reply = frame.Reply,
            _payload = payload,
        };
    }

    /// <summary>Takes a frame's payload, once; the caller disposes it.</summary>
    public PooledBytes TakePayload() =>
        Interlocked.Exchange(ref _payload, null)
        ?? throw new InvalidOperationException("The payload was taken, or the request is no frame.");

    public void Dispose() => Interlocked.Exchange(ref _payload, null)?.Dispose();
}
