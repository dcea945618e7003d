using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Daemon.Services;

/// <summary><c>edgerestore.v1.TapService</c>.</summary>
internal sealed class FrameTaps(StreamHost streams, DrainSignal drain, ILogger<FrameTaps> logger)
    : TapService.TapServiceBase
{
    public override async Task TapFrames(
        TapFramesRequest request, IServerStreamWriter<TapReply> responseStream, ServerCallContext context)
    {
        if (!streams.Tap.Options.Allowed)
        {
            throw new RpcException(new Status(
                StatusCode.FailedPrecondition,
                "Frames of this daemon's streams are not handed out: Tap:Allowed is false. Whoever runs it may start "
                + "it with --allow-tap; or calibrate with images or a video of your own."));
        }

        using var tapping = streams.Tap.TryOpen(RoutesOf(request), request.MaxFrames, request.MaxFramesPerRoute)
            ?? throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                "Another call takes frames of this daemon's streams; allowed is one at a time. Wait for it, or end "
                    + "it."));
        Log.TapOpened(logger, context.Peer, tapping.MaxFrames);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, context.CancellationToken);
        try
        {
            await responseStream.WriteAsync(new TapReply { Opened = Describe(tapping) }, ending.Token);
            await foreach (var copy in tapping.ReadAllAsync(ending.Token))
            {
                using (copy)
                {
                    await responseStream.WriteAsync(new TapReply { Frame = Describe(copy) }, ending.Token);
                }
            }
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(Status.DefaultCancelled);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(WireStatus.ShuttingDown);
        }
        finally
        {
            Log.TapClosed(logger, context.Peer, tapping.Count);
        }
    }

    private static HashSet<Degradations.Degradation> RoutesOf(TapFramesRequest request)
    {
        var routes = new HashSet<Degradations.Degradation>();
        foreach (var wire in request.Routes)
        {
            routes.Add(wire.TryFromWire(out var route) ? route : throw new RpcException(new Status(
                StatusCode.InvalidArgument,
                $"routes has {(int)wire}, which is no degradation; allowed are those of edgerestore.v1.Degradation but "
                + "UNSPECIFIED. Leave it out, or name one.")));
        }

        return routes;
    }

    private TapOpened Describe(Tapping tapping) => new()
    {
        MaxFrames = (uint)tapping.MaxFrames,
        MaxBytes = (ulong)tapping.MaxBytes,
        FramesPerSecond = (uint)streams.Tap.Options.FramesPerSecond,
    };

    private static TappedFrame Describe(Tapping.Copy copy) => new()
    {
        Route = copy.Route.ToWire(),
        Confidence = copy.Confidence,
        Width = (uint)copy.Pixels.Width,
        Height = (uint)copy.Pixels.Height,

        // The copy outlives the message: it is given back when the message has been written.
        Pixels = UnsafeByteOperations.UnsafeWrap(copy.Pixels.Memory),
        Missed = copy.Missed,
    };
}
