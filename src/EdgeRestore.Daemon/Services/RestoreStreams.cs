using System.Diagnostics;
using System.Net;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Messages;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;
using WireYuvMatrix = EdgeRestore.Protocol.V1.YuvMatrix;
using WireYuvRange = EdgeRestore.Protocol.V1.YuvRange;

namespace EdgeRestore.Daemon.Services;

/// <summary><c>edgerestore.v1.RestoreService</c>, by the methods that <see cref="RestoreMethods"/> describes.</summary>
internal sealed class RestoreStreams(StreamHost host, DrainSignal drain, ILogger<RestoreStreams> logger)
{
    // Who may do everything already.
    private const uint RootUserId = 0;

    public async Task Restore(
        IAsyncStreamReader<InboundRequest> requestStream,
        IServerStreamWriter<OutboundReply> responseStream,
        ServerCallContext context)
    {
        using var trace = Tracing.StartCall(context.GetHttpContext(), "edgerestore.v1.RestoreService/Restore");
        using var keeper = RequestKeeper.Begin();
        try
        {
            if (await ReadOpenAsync(requestStream, responseStream, context.CancellationToken) is not { } open)
            {
                return;
            }

            // Not before: calls that never open would keep everybody out.
            using var stream = host.Registry.TryEnter(Peer.Of(context), out var refusal)
                ?? throw new RpcException(host.Registry.Explain(refusal));
            await RunAsync(open, stream, requestStream, responseStream, context);
        }
        catch (RpcException exception)
        {
            Log.StreamRefused(logger, context.Peer, exception.StatusCode, exception.Status.Detail);
            host.Metrics.StreamRefused(exception.StatusCode);
            trace?.SetStatus(ActivityStatusCode.Error, exception.Status.Detail);
            throw;
        }
        catch (Exception exception) when (IsDisconnect(exception, context))
        {
            // The client cancelled or went away, before it had opened.
            throw new RpcException(Status.DefaultCancelled);
        }
    }

    public Task<GetStatusReply> GetStatus(GetStatusRequest request, ServerCallContext context) =>
        Task.FromResult(StatusReport.Build(host, drain));

    private async Task RunAsync(
        OpenStream open,
        StreamRegistry.OpenedStream stream,
        IAsyncStreamReader<InboundRequest> requests,
        IServerStreamWriter<OutboundReply> replies,
        ServerCallContext context)
    {
        var token = context.CancellationToken;
        var manifest = host.Restorer.Package.Manifest;
        var settings = new StreamNegotiation(manifest, host.Limits).Agree(open, stream.Name);
        using var memory = host.Memory.Reserve(stream.Peer);
        if (settings.GetMemoryNeed() is var need && !memory.TryRaiseTo(need))
        {
            throw new RpcException(WireStatus.NoRoomFor(
                $"{settings.Input} frames, which need {need >> 20} MiB",
                host.Memory.FreeBytes,
                host.Memory.MaxBytes,
                host.Memory.SharePercent));
        }

        using var shared = OpenShared(settings, context);
        stream.Name = settings.Name;
        stream.Delivery = settings.Delivery;
        stream.Routes = [.. ListRoutes(settings)];
        await replies.WriteAsync(new OutboundReply(new RestoreReply { Opened = Describe(settings) }), token);
        host.Metrics.StreamOpened();
        Activity.Current?.SetTag("edgerestore.stream", settings.Name);
        Log.StreamOpened(logger, settings.Name, context.Peer, settings.ToString());

        Status? ending = null;
        var reason = "cancelled by the client";
        try
        {
            using var stop = new StreamStop(drain, AccessGrant.Of(context));
            using var pipeline = new FramePipeline(host, settings, stream, (memory, shared), logger);
            ending = await pipeline.RunAsync(requests, replies, stop, token);
            reason = ending?.StatusCode.ToString() ?? "completed";
        }
        catch (Exception exception) when (IsDisconnect(exception, context))
        {
            ending = Status.DefaultCancelled;
        }
        catch (Exception exception)
        {
            // The outermost place that knows the stream: its name belongs to the log entry.
            reason = "failed";
            Log.StreamFault(logger, settings.Name, exception);
            ending = WireStatus.InternalFault;
        }

        var frames = stream.Frames.Read();
        Log.StreamEnded(
            logger,
            settings.Name,
            reason,
            (long)stream.OpenTime.TotalMilliseconds,
            frames.Received,
            frames.Restored,
            frames.Bypassed,
            frames.Failed,
            frames.Dropped);
        if (ending is { } status)
        {
            context.Status = status;
        }
    }

    /// <summary>Reads up to the open message, answering frames that come before it; null when none comes.</summary>
    private async Task<OpenStream?> ReadOpenAsync(
        IAsyncStreamReader<InboundRequest> requests,
        IServerStreamWriter<OutboundReply> replies,
        CancellationToken cancellationToken)
    {
        using var opening = host.Registry.EnterOpening();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(host.Limits.OpenSeconds), host.Clock);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(
            drain.Token, limit.Token, cancellationToken);
        try
        {
            while (await requests.MoveNext(reading.Token))
            {
                using var request = requests.Current;
                switch (request.Case)
                {
                    case RestoreRequest.MessageOneofCase.Open:
                        return request.Open;
                    case RestoreRequest.MessageOneofCase.Frame:
                        await replies.WriteAsync(RefuseBeforeOpen(request), reading.Token);
                        break;
                    default:
                        throw new RpcException(WireStatus.EmptyRequest);
                }
            }

            return null;
        }
        catch (OperationCanceledException) when (drain.Token.IsCancellationRequested)
        {
            throw new RpcException(WireStatus.ShuttingDown);
        }
        catch (OperationCanceledException)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new RpcException(WireStatus.OpenedTooLate(host.Limits.OpenSeconds));
        }
        catch (Google.Protobuf.InvalidProtocolBufferException exception)
        {
            throw new RpcException(WireStatus.MalformedRequest(exception.Message));
        }
    }

    private static SharedMemoryFile? OpenShared(StreamSettings settings, ServerCallContext context)
    {
        if (settings.Shared is not { } shared)
        {
            return null;
        }

        // A client elsewhere cannot mean memory of this machine, unless it is after somebody else's. Null: a Unix
        // socket.
        if (context.GetHttpContext().Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
        {
            throw new RpcException(WireStatus.From(
                RestoreError.Input,
                "shared_memory is set by a client on another machine; allowed is it over loopback or a Unix socket. "
                + "Send frames in messages."));
        }

        // Nor has another user any right to what belongs to this one.
        var user = Peer.FindUser(context.GetHttpContext());
        if (user != SharedMemoryFile.CurrentUserId && user != RootUserId)
        {
            throw new RpcException(WireStatus.From(
                RestoreError.Input,
                "shared_memory is set by a client of "
                + $"{(user is { } id ? $"user {id}" : "a user that cannot be told")}; allowed is "
                + $"the daemon's own, {SharedMemoryFile.CurrentUserId}, whose memory it is. Run the client as that "
                + "user, or send frames in messages."));
        }

        try
        {
            return SharedMemoryFile.Open(shared.Name, (long)Math.Min(shared.SizeBytes, long.MaxValue));
        }
        catch (EdgeRestoreException exception)
        {
            throw new RpcException(WireStatus.From(RestoreError.Input, exception.Message));
        }
    }

    private static OutboundReply RefuseBeforeOpen(InboundRequest frame) => new(new RestoreReply
    {
        Error = new FrameError
        {
            Sequence = frame.Sequence,
            TimestampNs = frame.TimestampNs,
            Code = ErrorCode.Input,
            Message = "The frame came before the stream was opened; allowed first is the open message. Send open, wait "
                + "for opened, then send frames.",
        },
    });

    private StreamOpened Describe(StreamSettings settings)
    {
        var manifest = host.Restorer.Package.Manifest;
        var opened = new StreamOpened
        {
            StreamName = settings.Name,
            Delivery = settings.Delivery,
            LiveDepth = settings.IsLive ? (uint)settings.LiveDepth : 0,
            FrameDeadlineMs = (uint)(settings.Deadline?.TotalMilliseconds ?? 0),
            Strength = settings.Strength,
            Priority = settings.Priority,
            YuvMatrix = settings.Yuv.Matrix == Frames.YuvMatrix.Bt709 ? WireYuvMatrix.Bt709 : WireYuvMatrix.Bt601,
            YuvRange = settings.Yuv.Range == Frames.YuvRange.Full ? WireYuvRange.Full : WireYuvRange.Limited,
            PackageName = manifest.Name,
            PackageVersion = manifest.Version,
            Device = host.Device,
            Limits = StatusReport.Describe(host),
        };
        if (settings.Output.IsRaw)
        {
            opened.RawOutput = settings.Output.Layout.ToWire();
        }
        else
        {
            opened.EncodedOutput = new EncodedOutput
            {
                Codec = settings.Output.Codec,
                Quality = (uint)settings.Output.Quality,
            };
        }

        opened.Routes.AddRange(ListRoutes(settings).Order().Select(WireEnums.ToWire));
        return opened;
    }

    private IEnumerable<Degradation> ListRoutes(StreamSettings settings) => settings.Routing switch
    {
        { FixedRoute: { } route } => [route],
        { Allowed: { } allowed } => allowed,
        _ => host.Restorer.Package.Manifest.Routes.Select(route => route.Degradation),
    };

    private static bool IsDisconnect(Exception exception, ServerCallContext context) =>
        exception is IOException || context.CancellationToken.IsCancellationRequested;
}
