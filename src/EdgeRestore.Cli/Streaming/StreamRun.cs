using System.Collections.Concurrent;
using System.Diagnostics;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Client;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Streaming;

/// <summary>Plays images as a camera's frames into one stream and collects the answers.</summary>
internal sealed class StreamRun
{
    private readonly CameraFrames _frames;
    private readonly OutputFolder? _output;
    private readonly double? _framesPerSecond;
    private readonly ConcurrentDictionary<ulong, InputImage> _sent = new();
    private readonly ConcurrentQueue<StreamedFrame> _unsent = new();

    /// <param name="output">Where restored frames go, or null.</param>
    /// <param name="framesPerSecond">The camera's rate, or null for as fast as the stream takes them.</param>
    public StreamRun(CameraFrames frames, OutputFolder? output, double? framesPerSecond)
    {
        _frames = frames;
        _output = output;
        _framesPerSecond = framesPerSecond;
    }

    public async Task<StreamReport> RunAsync(
        RestoreStream stream, IReadOnlyList<InputImage> images, StepProgress steps, CancellationToken token)
    {
        var started = Stopwatch.GetTimestamp();
        var answers = new List<StreamedFrame>();
        ulong dropped = 0;
        await BothSides.RunAsync(both => SendAsync(stream, images, both), ReceiveAsync, token);

        return new StreamReport
        {
            Opened = stream.Opened,
            Frames = [.. answers.Concat(_unsent).OrderBy(frame => frame.Name, StringComparer.Ordinal)],
            DroppedCount = (long)dropped,
            Elapsed = Stopwatch.GetElapsedTime(started),
        };

        async Task ReceiveAsync(CancellationToken receiving)
        {
            await foreach (var reply in stream.ReceiveAsync(receiving))
            {
                dropped += reply.DroppedCount;
                answers.Add(Answer(reply));
                steps.Advance(answers[^1].Name);
            }
        }
    }

    private async Task SendAsync(RestoreStream stream, IReadOnlyList<InputImage> images, CancellationTokenSource both)
    {
        try
        {
            using var timer = _framesPerSecond is { } rate ? new PeriodicTimer(TimeSpan.FromSeconds(1 / rate)) : null;
            ulong next = 1;
            foreach (var image in images)
            {
                byte[] payload;
                try
                {
                    payload = _frames.Read(image);
                }
                catch (Exception exception) when (
                    exception is EdgeRestoreException or IOException or UnauthorizedAccessException)
                {
                    _unsent.Enqueue(new StreamedFrame { Name = image.RelativeName, Error = exception.Message });
                    continue;
                }

                if (timer is not null)
                {
                    await timer.WaitForNextTickAsync(both.Token);
                }

                // Known before it is sent: the answer may arrive before SendAsync returns.
                _sent[next++] = image;
                await stream.SendAsync(payload, Stopwatch.GetTimestamp(), both.Token);
            }

            await stream.CompleteAsync();
        }
        catch
        {
            await both.CancelAsync();
            throw;
        }
    }

    private StreamedFrame Answer(RestoredFrame reply)
    {
        _sent.TryRemove(reply.Sequence, out var image);
        var name = image?.RelativeName ?? $"#{reply.Sequence}";
        if (reply.Error != RestoreError.None)
        {
            return new StreamedFrame { Name = name, Error = $"{reply.Error}: {reply.Message}" };
        }

        var roundTrip = Stopwatch.GetElapsedTime(reply.TimestampNs);
        if (_output is not null)
        {
            var (file, content) = _frames.ToFile(name, reply.Payload, reply.Width, reply.Height);
            _output.Write(file, content);
        }

        return new StreamedFrame
        {
            Name = name,
            Route = reply.Route.ToName(),
            Confidence = reply.Confidence,
            Bypassed = reply.Bypassed,
            BypassReason = reply.BypassReason == BypassReason.None ? null : reply.BypassReason.ToName(),
            Detail = reply.Message.Length > 0 ? reply.Message : null,
            RoundTripMs = roundTrip.TotalMilliseconds,
            QueueMs = (reply.Timings?.QueueUs ?? 0) / 1000.0,
            DecodeMs = (reply.Timings?.DecodeUs ?? 0) / 1000.0,
            ClassifyMs = (reply.Timings?.ClassifyUs ?? 0) / 1000.0,
            RunMs = (reply.Timings?.RunUs ?? 0) / 1000.0,
            EncodeMs = (reply.Timings?.EncodeUs ?? 0) / 1000.0,
        };
    }
}
