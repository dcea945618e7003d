using EdgeRestore.Degradations;
using Grpc.Core;

namespace EdgeRestore.Daemon;

/// <summary>Everything that the daemon logs. Ids are stable: dashboards and alerts use them.</summary>
internal static partial class Log
{
    [LoggerMessage(
        1,
        LogLevel.Information,
        "Serving package {Package} {Version} ({RouteCount} routes) on {Device} at {Address}, "
        + "ready {ReadyMs} ms after the start")]
    public static partial void Listening(
        ILogger logger, string package, string version, int routeCount, string device, string address, long readyMs);

    [LoggerMessage(2, LogLevel.Information, "Provider {Provider} is not used: {Reason}")]
    public static partial void ProviderSkipped(ILogger logger, string provider, string reason);

    [LoggerMessage(
        3,
        LogLevel.Warning,
        "Listening on {Endpoint} without encryption or authentication: whoever reaches it may stream. "
        + "Put a proxy before it, or listen on 127.0.0.1")]
    public static partial void ListeningBeyondLoopback(ILogger logger, string endpoint);

    [LoggerMessage(4, LogLevel.Information, "Stopping: {StreamCount} open streams have {DrainSeconds} s to finish")]
    public static partial void Draining(ILogger logger, int streamCount, int drainSeconds);

    [LoggerMessage(5, LogLevel.Information, "Stopped after {FrameCount} frames")]
    public static partial void Stopped(ILogger logger, ulong frameCount);

    [LoggerMessage(6, LogLevel.Information, "Preloaded {ReadyCount} of {RouteCount} routes in {ElapsedMs} ms")]
    public static partial void Preloaded(ILogger logger, int readyCount, int routeCount, long elapsedMs);

    [LoggerMessage(
        7,
        LogLevel.Warning,
        "The route for {Degradation} is unavailable, its frames will fail: {Fault}. Serve a package that works")]
    public static partial void RouteUnavailable(ILogger logger, Degradation degradation, string fault);

    [LoggerMessage(10, LogLevel.Information, "Stream {Stream} opened by {Peer}: {Settings}")]
    public static partial void StreamOpened(ILogger logger, string stream, string peer, string settings);

    [LoggerMessage(
        11,
        LogLevel.Information,
        "Stream {Stream} ended ({Reason}) after {OpenMs} ms: {Received} frames received, {Restored} restored, "
        + "{Bypassed} passed through, {Failed} failed, {Dropped} dropped")]
    public static partial void StreamEnded(
        ILogger logger,
        string stream,
        string reason,
        long openMs,
        ulong received,
        ulong restored,
        ulong bypassed,
        ulong failed,
        ulong dropped);

    [LoggerMessage(12, LogLevel.Information, "Stream of {Peer} refused with {StatusCode}: {Detail}")]
    public static partial void StreamRefused(ILogger logger, string peer, StatusCode statusCode, string detail);

    [LoggerMessage(13, LogLevel.Debug, "Stream {Stream} frame {Sequence} answered with {Error}: {Detail}")]
    public static partial void FrameFailed(
        ILogger logger, string stream, ulong sequence, RestoreError error, string detail);

    [LoggerMessage(
        14,
        LogLevel.Warning,
        "Stream {Stream} frame {Sequence}: the subnetwork for {Degradation} failed: {Detail}")]
    public static partial void EngineFailed(
        ILogger logger, string stream, ulong sequence, Degradation degradation, string detail);

    [LoggerMessage(20, LogLevel.Error, "Stream {Stream} failed for a reason of the daemon's own")]
    public static partial void StreamFault(ILogger logger, string stream, Exception exception);
}
