using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Daemon.Streams;

internal sealed partial class FramePipeline
{
    // One reply is written before the next is built.
    private readonly RestoreReply _reply = new() { Frame = new FrameReply { Timings = new FrameTimings() } };
    private Degradation? _lastRoute;

    private async ValueTask<(OutboundReply Reply, IDisposable? Owner)> BuildReplyAsync(
        StreamFrame frame, CancellationToken cancellationToken)
    {
        if (!frame.HasFailed)
        {
            var needsCodec = !_settings.Output.IsRaw && frame.Payload is null;
            if (needsCodec)
            {
                await _host.CodecGate.WaitAsync(cancellationToken);
            }

            try
            {
                var start = _host.Clock.GetTimestamp();
                // A payload that is still there goes back: as it came, since its frame passed through, or with the
                // change added.
                var (bytes, owner) = frame.Payload is { } original
                    ? (original.Memory, null)
                    : _writer.Write(frame.Output!);
                if (frame.SharedReply is not { } place)
                {
                    return (BuildReply(frame, bytes, _host.Clock.GetElapsedTime(start)), owner);
                }

                using (owner)
                {
                    if (Place(bytes, place) is not { } fault)
                    {
                        var written = new SharedRange { Offset = place.Range.Offset, Length = (ulong)bytes.Length };
                        return (BuildReply(frame, default, _host.Clock.GetElapsedTime(start), written), null);
                    }

                    frame.Fail(RestoreError.Input, fault);
                }
            }
            catch (EdgeRestoreException exception)
            {
                FailByCodec(frame, exception);
            }
            finally
            {
                if (needsCodec)
                {
                    _host.CodecGate.Release();
                }
            }
        }

        Log.FrameFailed(_logger, _settings.Name, frame.Sequence, frame.Error, frame.Message);
        return (BuildError(frame), null);
    }

    private OutboundReply BuildReply(
        StreamFrame frame, ReadOnlyMemory<byte> payload, TimeSpan encode, SharedRange? shared = null)
    {
        var result = frame.Result;
        frame.Encode = encode;

        var reply = _reply.Frame;
        reply.Sequence = frame.Sequence;
        reply.TimestampNs = frame.TimestampNs;
        reply.Width = (uint)frame.Width;
        reply.Height = (uint)frame.Height;
        reply.Route = result.Route.ToWire();
        reply.Confidence = result.Confidence;
        reply.Bypassed = result.Bypassed;
        reply.BypassReason = result.Bypass.ToWire();
        reply.BypassDetail = result.Detail ?? "";
        reply.Dropped = frame.Dropped;
        reply.Shared = shared;
        reply.Timings.QueueUs = ToMicroseconds(Measure(frame).Queue);
        reply.Timings.DecodeUs = ToMicroseconds(frame.Decode);
        reply.Timings.ClassifyUs = ToMicroseconds(result.Classify);
        reply.Timings.RunUs = ToMicroseconds(result.Run);
        reply.Timings.EncodeUs = ToMicroseconds(encode);
        return new OutboundReply(_reply, payload);
    }

    private static OutboundReply BuildError(StreamFrame frame) => new(new RestoreReply
    {
        Error = new FrameError
        {
            Sequence = frame.Sequence,
            TimestampNs = frame.TimestampNs,
            Code = frame.Error.ToWire(),
            Message = frame.Message,
            Dropped = frame.Dropped,
        },
    });

    private StageTimes Measure(StreamFrame frame)
    {
        var total = _host.Clock.GetElapsedTime(frame.ArrivedAt);
        var busy = frame.Decode + frame.Result.Classify + frame.Result.Run + frame.Encode;
        return new StageTimes(total, total - busy, frame.Decode, frame.Encode);
    }

    private void Count(StreamFrame frame, in StageTimes times, int lengthBytes)
    {
        if (_trace is not null)
        {
            Tracing.RecordFrame(_trace, frame, times, _host.Clock.GetUtcNow());
        }

        if (frame.HasFailed)
        {
            _stream.Frames.AddFailed();
            _host.Metrics.FrameFailed(frame.Error);
            return;
        }

        _host.Metrics.FrameAnswered(frame.Result, times, lengthBytes);
        if (_lastRoute is { } last && last != frame.Result.Route)
        {
            _host.Metrics.RouteSwitched(frame.Result.Route);
        }

        _lastRoute = frame.Result.Route;
        if (frame.Result.Bypassed)
        {
            _stream.Frames.AddBypassed();
        }
        else
        {
            _stream.Frames.AddRestored();
        }
    }

    private static uint ToMicroseconds(TimeSpan time) => (uint)Math.Clamp(time.TotalMicroseconds, 0, uint.MaxValue);
}
