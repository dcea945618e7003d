using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Daemon.Streams;

internal sealed partial class FramePipeline
{
    private ulong? _lastSequence;

    private async Task ReceiveAsync(
        IAsyncStreamReader<RestoreRequest> requests, CancellationToken draining, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(draining, cancellationToken);
        try
        {
            while (_ending is null && await requests.MoveNext(reading.Token))
            {
                var arrivedAt = _host.Clock.GetTimestamp();
                switch (requests.Current.MessageCase)
                {
                    case RestoreRequest.MessageOneofCase.Frame:
                        await _inbox.AddAsync(Accept(requests.Current.Frame, arrivedAt), cancellationToken);
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
            when (draining.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _ending = WireStatus.ShuttingDown;
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

    private StreamFrame Accept(FrameRequest request, long arrivedAt)
    {
        _stream.Frames.AddReceived();
        _host.Metrics.FrameEntered(request.Payload.Length);
        var frame = new StreamFrame(
            request.Sequence, request.TimestampNs, arrivedAt, request.Payload.Length, _host.Metrics)
        {
            Payload = request.Payload.Memory,
        };
        if (request.Sequence <= _lastSequence)
        {
            frame.Fail(
                RestoreError.Input,
                $"Sequence {request.Sequence} follows {_lastSequence}; allowed are numbers that increase. Number "
                + $"frames 1, 2, "
                + "3 and so on.");
        }
        else if (_reader.FindFault(request.Payload.Length) is { } fault)
        {
            frame.Fail(RestoreError.Input, fault);
        }

        _lastSequence = Math.Max(_lastSequence ?? 0, request.Sequence);
        return frame;
    }
}
