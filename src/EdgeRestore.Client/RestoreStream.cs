using System.Diagnostics;
using System.Runtime.CompilerServices;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Client;

/// <summary>One camera's frames to a daemon and back.</summary>
/// <remarks>
/// One thread sends while another receives; each side is not thread-safe in itself. Receive while you send: a stream
/// whose replies are not read stops taking frames.
/// </remarks>
public sealed class RestoreStream : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<RestoreRequest, RestoreReply> _call;
    private readonly Uri _address;

    // Null under LIVE: there the daemon drops frames instead of holding the sender back.
    private readonly SemaphoreSlim? _inFlight;
    private readonly Activity? _trace;
    private ulong _sequence;

    internal RestoreStream(
        AsyncDuplexStreamingCall<RestoreRequest, RestoreReply> call,
        StreamOpened opened,
        Uri address,
        int maxFramesInFlight,
        Activity? trace)
    {
        _trace = trace;
        _call = call;
        _address = address;
        _inFlight = opened.Delivery == Delivery.Live ? null : new SemaphoreSlim(maxFramesInFlight);
        Opened = opened;
    }

    /// <summary>Memory that it was opened with.</summary>
    internal SharedFrames? Shared { get; init; }

    /// <summary>What the daemon agreed to, every default filled in.</summary>
    public StreamOpened Opened { get; }

    /// <summary>Sends one frame; waits while the daemon cannot take it or too many are unanswered.</summary>
    /// <param name="payload">One frame, as the stream's input says. Not to be changed until this completes.</param>
    /// <param name="timestampNs">Comes back with the reply and is not interpreted.</param>
    /// <param name="cancellationToken">Cancels the whole stream when it interrupts a frame half sent.</param>
    /// <returns>The frame's number: 1, 2, 3 and so on.</returns>
    /// <exception cref="DaemonException">
    /// The stream has ended; <see cref="ReceiveAsync"/> gives the replies that came before, and the reason.
    /// </exception>
    public ValueTask<ulong> SendAsync(
        ReadOnlyMemory<byte> payload, long timestampNs = 0, CancellationToken cancellationToken = default) =>
        SendAsync(
            new FrameRequest { TimestampNs = timestampNs, Payload = UnsafeByteOperations.UnsafeWrap(payload) },
            cancellationToken);

    /// <summary>Sends the frame that lies in a slot of the stream's shared memory.</summary>
    /// <param name="slot">Not to be written until the frame is answered or named as dropped.</param>
    /// <param name="lengthBytes">Of the frame; 0 for the whole slot.</param>
    /// <param name="timestampNs">Comes back with the reply and is not interpreted.</param>
    /// <param name="cancellationToken">Cancels the whole stream when it interrupts a frame half sent.</param>
    /// <returns>The frame's number: 1, 2, 3 and so on.</returns>
    /// <exception cref="InvalidOperationException">The stream was opened without shared memory.</exception>
    /// <exception cref="DaemonException">The stream has ended, as <see cref="SendAsync(ReadOnlyMemory{byte}, long,
    /// CancellationToken)"/> says.</exception>
    public ValueTask<ulong> SendSharedAsync(
        int slot, int lengthBytes = 0, long timestampNs = 0, CancellationToken cancellationToken = default)
    {
        if (Shared is null)
        {
            throw new InvalidOperationException("The stream was opened without shared memory. Give it to OpenAsync.");
        }

        return SendAsync(
            new FrameRequest
            {
                TimestampNs = timestampNs,
                Shared = new SharedRange
                {
                    Offset = (ulong)Shared.GetFrameOffset(slot),
                    Length = (ulong)(lengthBytes == 0 ? Shared.FrameLengthBytes : lengthBytes),
                },
                Reply = new SharedRange
                {
                    Offset = (ulong)Shared.GetReplyOffset(slot),
                    Length = (ulong)Shared.ReplyLengthBytes,
                },
            },
            cancellationToken);
    }

    private async ValueTask<ulong> SendAsync(FrameRequest frame, CancellationToken cancellationToken)
    {
        if (_inFlight is not null)
        {
            await _inFlight.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        frame.Sequence = ++_sequence;
        try
        {
            await _call.RequestStream.WriteAsync(new RestoreRequest { Frame = frame }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
        catch (Exception exception) when (RestoreClient.IsRefusedWhileWriting(exception, cancellationToken))
        {
            throw DaemonException.StreamEnded(_address, exception);
        }

        return frame.Sequence;
    }

    /// <summary>Says that no more frames follow; replies to those sent still come.</summary>
    public async Task CompleteAsync()
    {
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
    }

    /// <summary>The replies, in the order sent, until the stream ends; to be enumerated once.</summary>
    /// <exception cref="DaemonException">The stream ended otherwise than by <see cref="CompleteAsync"/>.</exception>
    public async IAsyncEnumerable<RestoredFrame> ReceiveAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await MoveNextAsync(cancellationToken).ConfigureAwait(false))
        {
            var reply = _call.ResponseStream.Current;
            var answer = reply.MessageCase switch
            {
                RestoreReply.MessageOneofCase.Frame => From(reply.Frame),
                RestoreReply.MessageOneofCase.Error => From(reply.Error),
                // A kind of reply that a later daemon may send.
                _ => null,
            };
            if (answer is null)
            {
                continue;
            }

            _inFlight?.Release();
            yield return answer;
        }
    }

    /// <summary>Ends the stream; frames not yet answered are lost.</summary>
    public ValueTask DisposeAsync()
    {
        _call.Dispose();
        _trace?.Dispose();
        _inFlight?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        var more = false;
        try
        {
            more = await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false);
            return more;
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            // gRPC's client takes a daemon's DEADLINE_EXCEEDED for its own.
            throw DaemonException.From(new RpcException(_call.GetStatus(), exception.Message), _address);
        }
        finally
        {
            if (!more)
            {
                // No reply will come: a sender that waits for one goes on, and its write tells how the stream ended.
                _inFlight?.Release(short.MaxValue);
            }
        }
    }

    private RestoredFrame From(FrameReply reply) => new()
    {
        Sequence = reply.Sequence,
        TimestampNs = reply.TimestampNs,
        Payload = reply.Shared is { } shared
            ? Shared!.GetResult(shared.Offset, shared.Length) : reply.Payload.Memory,
        Slot = reply.Shared is { } place ? Shared!.FindSlot(place.Offset) : null,
        Width = (int)reply.Width,
        Height = (int)reply.Height,
        Route = reply.Route.TryFromWire(out var route) ? route : default,
        Confidence = reply.Confidence,
        Bypassed = reply.Bypassed,
        BypassReason = reply.BypassReason.FromWire(),
        Message = reply.BypassDetail,
        DroppedCount = reply.Dropped?.Count ?? 0,
        Dropped = reply.Dropped?.Frames ?? [],
        Timings = reply.Timings,
    };

    private static RestoredFrame From(FrameError error) => new()
    {
        Sequence = error.Sequence,
        TimestampNs = error.TimestampNs,
        Error = error.Code.FromWire(),
        Message = error.Message,
        DroppedCount = error.Dropped?.Count ?? 0,
        Dropped = error.Dropped?.Frames ?? [],
    };
}
