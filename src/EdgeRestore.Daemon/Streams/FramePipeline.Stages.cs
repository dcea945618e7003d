using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Packages;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Messages;
using Grpc.Core;

namespace EdgeRestore.Daemon.Streams;

internal sealed partial class FramePipeline
{
    private ServedPackage? _routedBy;
    private int _routedWidth;
    private int _routedHeight;
    private bool _hasWarned;

    // A stage that ends completes what the next one reads, however it ends: waiting there without a token costs
    // nothing.
    private async Task DecodeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                // Room first, frame second: under LIVE the frame to take is the newest when there is room.
                await _entering.WaitAsync(cancellationToken);
                if (await _inbox.TakeAsync() is not { } frame)
                {
                    return;
                }

                try
                {
                    if (!FailIfLate(frame))
                    {
                        await DecodeAsync(frame, cancellationToken);
                    }
                }
                catch
                {
                    frame.Dispose();
                    throw;
                }

                _decoded.Writer.TryWrite(frame);
            }
        }
        finally
        {
            _decoded.Writer.Complete();
        }
    }

    private async ValueTask DecodeAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        await _host.CodecGate.WaitAsync(cancellationToken);
        try
        {
            var start = _host.Clock.GetTimestamp();
            if (frame.SharedPayload is { } shared)
            {
                frame.Payload?.Dispose();
                (frame.Input, frame.Payload) = _reader.TakeShared(shared);
            }

            frame.Input ??= _reader.Read(frame.Payload!);
            (frame.Width, frame.Height) = (frame.Input.Width, frame.Input.Height);
            if (!_settings.KeepsPayloads)
            {
                frame.DropPayload();
            }

            frame.Decode = _host.Clock.GetElapsedTime(start);
            FailIfTooMuch(frame);
        }
        catch (EdgeRestoreException exception)
        {
            FailByCodec(frame, exception);
        }
        finally
        {
            _host.CodecGate.Release();
        }
    }

    private async Task ComputeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var frame in _decoded.Reader.ReadAllAsync(CancellationToken.None))
            {
                try
                {
                    if (!frame.HasFailed)
                    {
                        await ComputeAsync(frame, cancellationToken);
                    }

                    await _leaving.WaitAsync(cancellationToken);
                }
                catch
                {
                    frame.Dispose();
                    throw;
                }

                _computed.Writer.TryWrite(frame);
                _entering.Release();
            }
        }
        finally
        {
            _computed.Writer.Complete();
        }
    }

    private async ValueTask ComputeAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        await _host.Turns.WaitAsync(_settings.Priority, cancellationToken);
        try
        {
            if (FailIfLate(frame))
            {
                return;
            }

            // Between two frames the package may be another one.
            var input = frame.Input!;
            using var package = _host.Packages.Lease(_stream.Number);
            if (_router is null || package.Served != _routedBy
                || input.Width != _routedWidth || input.Height != _routedHeight)
            {
                // Another size is another scene or camera: what was smoothed over the old frames says nothing of it.
                _router = package.Served.CreateRouter(_settings.Routing);
                _routedBy = package.Served;
                (_routedWidth, _routedHeight) = (input.Width, input.Height);
            }

            frame.Output = RentOutput(frame);
            frame.Result = package.Served.Restore(
                input, frame.Output, _router, _settings.Strength, cancellationToken);
        }
        finally
        {
            _host.Turns.Release();
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (frame.Result is { Error: RestoreError.None, Bypassed: false })
        {
            _stream.Observe(frame.Width, frame.Height, frame.Result.Route);
        }

        _host.Tap.Offer(frame.Input!, frame.Result);
        KeepReply(frame);
        if (frame.Result.Error != RestoreError.None)
        {
            var detail = frame.Result.Detail ?? "No reason was given.";
            if (frame.Result.Error == RestoreError.Engine && !_hasWarned)
            {
                // Once a stream: a subnetwork that fails does so for every frame, and the counts tell how often.
                _hasWarned = true;
                Log.EngineFailed(_logger, _settings.Name, frame.Sequence, frame.Result.Route, detail);
            }

            frame.Fail(frame.Result.Error, detail);
        }
        else if (frame.Result.Detail is { } fault && !_hasWarned)
        {
            _hasWarned = true;
            Log.OutputRefused(_logger, _settings.Name, frame.Sequence, frame.Result.Route, fault);
        }
    }

    private void KeepReply(StreamFrame frame)
    {
        var isDeep = frame.Payload is not null && DeepGray.IsDeep(_settings.Output.Layout);
        if (isDeep && frame.Result is { Error: RestoreError.None, Bypassed: false })
        {
            // The payload becomes the result: it has what 8 bits have not.
            DeepGray.AddChange(frame.Output!, frame.Payload!.Span, _settings.Output.Layout);
        }

        frame.KeepReply(isDeep || frame.Result.Bypassed);
    }

    private async Task SendAsync(IServerStreamWriter<OutboundReply> replies, CancellationToken cancellationToken)
    {
        await foreach (var frame in _computed.Reader.ReadAllAsync(CancellationToken.None))
        {
            using (frame)
            {
                var (reply, owner) = await BuildReplyAsync(frame, cancellationToken);
                var times = Measure(frame);
                using (owner)
                {
                    await replies.WriteAsync(reply, cancellationToken);
                }

                Count(frame, times, reply.Payload.Length);
            }

            _leaving.Release();
        }
    }

    /// <summary>Fails a frame whose deadline has passed; whether it has failed, now or before.</summary>
    private bool FailIfLate(StreamFrame frame)
    {
        if (!frame.HasFailed && _settings.Deadline is { } deadline
            && _host.Clock.GetElapsedTime(frame.ArrivedAt) is var waited && waited > deadline)
        {
            frame.Fail(
                RestoreError.DeadlineExceeded,
                $"The frame waited {waited.TotalMilliseconds:F0} ms for its computation; allowed are "
                + $"{deadline.TotalMilliseconds:F0} ms (frame_deadline_ms). Send fewer or smaller frames, or allow "
                + $"more.");
        }

        return frame.HasFailed;
    }

    /// <summary>
    /// Fails an image that needs more memory than its stream has and can get; raw frames were counted at the opening.
    /// </summary>
    private void FailIfTooMuch(StreamFrame frame)
    {
        var pixels = frame.Input!.LengthBytes;
        var output = _settings.Output.IsRaw
            ? Frame.GetLengthBytes(frame.Input.Width, frame.Input.Height, PixelFormat.Rgb24)
            : pixels;
        if (!_memory.TryRaiseTo(MemoryBudget.NeedOf(
            _largestPayloadBytes, pixels, output, _settings.KeepsPayloads, _settings.IsLive, _settings.LiveDepth)))
        {
            frame.Fail(RestoreError.Capacity, WireStatus.NoMemory(
                $"frames of {frame.Input.Width}x{frame.Input.Height}",
                _host.Memory.FreeBytes,
                _host.Memory.MaxBytes,
                _host.Memory.SharePercent));
        }
    }

    /// <summary>A bad image is the sender's fault; a library that is missing here is not.</summary>
    private static void FailByCodec(StreamFrame frame, EdgeRestoreException exception) => frame.Fail(
        exception is ImageException ? RestoreError.Input : RestoreError.Engine, exception.Message);
}
