using System.Diagnostics;
using System.Threading.Channels;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Protocol.Messages;
using Grpc.Core;

namespace EdgeRestore.Daemon.Streams;

/// <summary>
/// One stream's frames from the wire to the wire, in four stages that overlap: (1) receive, (2) decode, (3) compute,
/// (4) encode and send. Each stage takes one frame at a time, so order holds and one writer writes.
/// </summary>
internal sealed partial class FramePipeline : IDisposable
{
    // Frames between the inbox and the end of their computation. LIVE: one, so that what is computed next is chosen as
    // late as possible. LOSSLESS: one is decoded while another is computed.
    public const int LiveEnteredCount = 1;
    public const int LosslessEnteredCount = 2;

    // One frame is encoded and sent while the next is computed; a reader that is slow stops the stages before it.
    public const int LeavingCount = 1;

    private readonly StreamHost _host;
    private readonly StreamSettings _settings;
    private readonly StreamRegistry.OpenedStream _stream;
    private readonly ILogger _logger;
    private readonly MemoryBudget.Reservation _memory;
    private readonly SharedMemoryFile? _shared;
    private readonly FrameInbox _inbox;
    private readonly PayloadReader _reader;
    private readonly PayloadWriter _writer;
    private readonly SemaphoreSlim _entering;
    private readonly SemaphoreSlim _leaving = new(LeavingCount);

    // Unbounded by themselves: the semaphores above bound them.
    private static readonly UnboundedChannelOptions OneToOne = new() { SingleReader = true, SingleWriter = true };
    private readonly Channel<StreamFrame> _decoded = Channel.CreateUnbounded<StreamFrame>(OneToOne);
    private readonly Channel<StreamFrame> _computed = Channel.CreateUnbounded<StreamFrame>(OneToOne);
    private readonly Activity? _trace = Tracing.CurrentCall();
    private StreamRouter? _router;
    private Status? _ending;

    public FramePipeline(
        StreamHost host,
        StreamSettings settings,
        StreamRegistry.OpenedStream stream,
        (MemoryBudget.Reservation Reserved, SharedMemoryFile? Shared) memory,
        ILogger logger)
    {
        (_memory, _shared) = memory;
        _host = host;
        _settings = settings;
        _stream = stream;
        _logger = logger;
        _inbox = new FrameInbox(settings, stream.Frames, host.Metrics);
        _reader = new PayloadReader(
            settings.Input, settings.Yuv, host.Limits, host.Restorer.Package.Manifest.Network.MinSidePixels);
        _writer = new PayloadWriter(settings.Output, settings.Yuv);
        _entering = new SemaphoreSlim(settings.IsLive ? LiveEnteredCount : LosslessEnteredCount);
    }

    /// <summary>Answers frames until the client completes or cancels, or the daemon stops the stream.</summary>
    /// <returns>The status to end the call with; null for OK.</returns>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task<Status?> RunAsync(
        IAsyncStreamReader<InboundRequest> requests,
        IServerStreamWriter<OutboundReply> replies,
        StreamStop stop,
        CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Frames that wait are given back at once, also while one that is being computed holds the stages up.
        await using var clearing = ended.Token.UnsafeRegister(static inbox => ((FrameInbox)inbox!).Clear(), _inbox);
        await Task.WhenAll(
            RunStageAsync(token => ReceiveAsync(requests, stop, token), ended),
            RunStageAsync(DecodeAsync, ended),
            RunStageAsync(ComputeAsync, ended),
            RunStageAsync(token => SendAsync(replies, token), ended));
        cancellationToken.ThrowIfCancellationRequested();
        return _ending;
    }

    public void Dispose()
    {
        _inbox.Dispose();
        foreach (var channel in (ReadOnlySpan<Channel<StreamFrame>>)[_decoded, _computed])
        {
            while (channel.Reader.TryRead(out var frame))
            {
                frame.Dispose();
            }
        }

        _reader.Dispose();
        _writer.Dispose();
        _entering.Dispose();
        _leaving.Dispose();
    }

    // A stage that fails ends the others, which would wait for it for ever.
    private static async Task RunStageAsync(Func<CancellationToken, Task> stage, CancellationTokenSource ended)
    {
        try
        {
            // Every stage runs, also when the call is over already: the one behind it waits for its end.
            await Task.Run(() => stage(ended.Token), CancellationToken.None);
        }
        catch
        {
            await ended.CancelAsync();
            throw;
        }
    }
}
