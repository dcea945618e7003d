using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Daemon.Streams;

internal sealed partial class FramePipeline
{
    private ulong? _lastSequence;
    private long _largestPayloadBytes;

    private async Task ReceiveAsync(
        IAsyncStreamReader<InboundRequest> requests, StreamStop stop, CancellationToken cancellationToken)
    {
        using var pace = new FramePace(_host.Peers, _host.Clock);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(
            stop.Token, pace.FirstFrameLate, cancellationToken);
        try
        {
            while (_ending is null && await requests.MoveNext(reading.Token))
            {
                var arrivedAt = _host.Clock.GetTimestamp();
                switch (requests.Current.Case)
                {
                    case RestoreRequest.MessageOneofCase.Frame:
                        pace.Arrived();
                        await _inbox.AddAsync(Accept(requests.Current, arrivedAt), cancellationToken);
                        await pace.TakeAsync(reading.Token);
                        break;
                    case RestoreRequest.MessageOneofCase.Open:
                        _ending = WireStatus.OpenedTwice;
                        break;
                    default:
                        _ending = WireStatus.EmptyRequest;
                        break;
                }
            }
        }
        catch (OperationCanceledException)
            when (stop.Token.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _ending = stop.Status;
        }
        catch (OperationCanceledException)
            when (pace.FirstFrameLate.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _ending = WireStatus.FirstFrameTooLate(_host.Peers.FirstFrameSeconds);
        }
        catch (RpcException exception)
        {
            // The transport refuses a message, for its size: what came before it is answered all the same.
            _ending = exception.Status;
        }
        catch (InvalidProtocolBufferException exception)
        {
            _ending = WireStatus.MalformedRequest(exception.Message);
        }

        _inbox.Complete();
    }

    private bool TryReserve(int payloadBytes)
    {
        _largestPayloadBytes = Math.Max(_largestPayloadBytes, payloadBytes);
        return _memory.TryRaiseTo(MemoryBudget.NeedOf(
            _largestPayloadBytes, 0, 0, _settings.KeepsPayloads, _settings.IsLive, _settings.LiveDepth));
    }

    private StreamFrame Accept(InboundRequest request, long arrivedAt)
    {
        var payload = request.TakePayload();
        var lengthBytes = request.Shared is { } place ? (int)Math.Min(place.Length, int.MaxValue) : payload.Length;

        // Whoever sees it counted finds it waiting.
        _host.Metrics.FrameEntered(lengthBytes);
        _stream.Frames.AddReceived();
        var frame = new StreamFrame(
            request.Sequence, request.TimestampNs, arrivedAt, lengthBytes, _host.Metrics)
        {
            Payload = payload,
        };
        if (request.Sequence <= _lastSequence)
        {
            frame.Fail(
                RestoreError.Input,
                $"Sequence {request.Sequence} follows {_lastSequence}; allowed are numbers that increase. Number "
                + $"frames 1, 2, "
                + "3 and so on.");
        }
        else if (request.Shared is { } shared && FindShared(frame, shared, request.Reply) is { } misplaced)
        {
            frame.Fail(RestoreError.Input, misplaced);
        }
        else if (_reader.FindFault(frame.PayloadLength) is { } fault)
        {
            frame.Fail(RestoreError.Input, fault);
        }
        else if (!TryReserve(frame.PayloadLength))
        {
            frame.Fail(RestoreError.Capacity, WireStatus.NoMemory(
                $"payloads of {frame.PayloadLength} bytes",
                _host.Memory.FreeBytes,
                _host.Memory.MaxBytes,
                _host.Memory.SharePercent));
        }

        _lastSequence = Math.Max(_lastSequence ?? 0, request.Sequence);
        return frame;
    }
}
