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
        "Listening on {Endpoint} without encryption or authentication, as --insecure asks: whoever reaches it may "
        + "stream or read what is streamed")]
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

    [LoggerMessage(8, LogLevel.Information, "Took up {EngineCount} TensorRT engines: {State}")]
    public static partial void EnginesTaken(ILogger logger, int engineCount, string state);

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

    [LoggerMessage(30, LogLevel.Information, "Package {Package} {Version} is installed, manifest SHA-256 {Sha256}")]
    public static partial void PackageInstalled(ILogger logger, string package, string version, string sha256);

    [LoggerMessage(31, LogLevel.Error, "{Notice}")]
    public static partial void RolledBackAtStart(ILogger logger, string notice);

    [LoggerMessage(
        32,
        LogLevel.Information,
        "Package {Package} {Version} takes {Share:P0} of the streams, on trial for {FrameCount} good frames")]
    public static partial void TrialBegun(ILogger logger, string package, string version, double share, int frameCount);

    [LoggerMessage(
        33,
        LogLevel.Error,
        "Package {Package} {Version} was rolled back to {ServedPackage} {ServedVersion}: {Reason}")]
    public static partial void RolledBack(
        ILogger logger, string package, string version, string servedPackage, string servedVersion, string reason);

    [LoggerMessage(34, LogLevel.Information, "Package {Package} {Version} has passed its trial")]
    public static partial void TrialPassed(ILogger logger, string package, string version);

    [LoggerMessage(35, LogLevel.Information, "The activation file asks for package {Package} {Version}")]
    public static partial void ActivationFileChanged(ILogger logger, string package, string version);

    [LoggerMessage(36, LogLevel.Warning, "The activation file is not followed: {Reason}")]
    public static partial void ActivationFileRefused(ILogger logger, string reason);

    [LoggerMessage(
        37,
        LogLevel.Error,
        "Package {Package} {Version} is bad, and there is nothing to roll back to: {Reason}")]
    public static partial void NothingToRollBackTo(ILogger logger, string package, string version, string reason);

    [LoggerMessage(38, LogLevel.Error, "What is active could not be written; the next start decides anew: {Reason}")]
    public static partial void ActivationNotWritten(ILogger logger, string reason);

    [LoggerMessage(
        40,
        LogLevel.Error,
        "Provider {Provider} fails again and again; {LowerProvider} takes over. The last failure: {Reason}")]
    public static partial void ProviderLost(ILogger logger, string provider, string lowerProvider, string reason);

    [LoggerMessage(41, LogLevel.Warning, "Package {Package} {Version} is served on {Provider} now")]
    public static partial void SteppedDown(ILogger logger, string package, string version, string provider);

    [LoggerMessage(42, LogLevel.Error, "Provider {Provider} cannot take over; frames pass through: {Reason}")]
    public static partial void StepDownFailed(ILogger logger, string provider, string reason);

    [LoggerMessage(
        43,
        LogLevel.Critical,
        "A computation on {Provider} does not come back after {AgeSeconds} s (Engine:RunSeconds is {LimitSeconds}); "
        + "the process ends with exit code 6, to be started again. Served was {Package} {Version}, in flight were: "
        + "{InFlight}")]
    public static partial void Wedged(
        ILogger logger, string provider, long ageSeconds, int limitSeconds, string package, string version,
        string inFlight);

    [LoggerMessage(
        44,
        LogLevel.Warning,
        "Stream {Stream} frame {Sequence} passes through, its restoration for {Degradation} is not used: {Detail}")]
    public static partial void OutputRefused(
        ILogger logger, string stream, ulong sequence, Degradation degradation, string detail);

    [LoggerMessage(50, LogLevel.Information, "Read {Path} anew: it had changed")]
    public static partial void SecretsReloaded(ILogger logger, string path);

    [LoggerMessage(51, LogLevel.Warning, "{Path} has changed and cannot be used, what it held before stays: {Reason}")]
    public static partial void SecretsKept(ILogger logger, string path, string reason);

    [LoggerMessage(52, LogLevel.Information, "Request of {Peer} for {Path} refused: {Detail}")]
    public static partial void AccessRefused(ILogger logger, string peer, string path, string detail);

    [LoggerMessage(53, LogLevel.Warning, "Call of {Peer} for {Path} ended, what let it in no longer holds: {Detail}")]
    public static partial void AccessWithdrawn(ILogger logger, string peer, string path, string detail);

    [LoggerMessage(
        54, LogLevel.Warning,
        "All {Count} tokens of {Path} have ended, nobody is let in by one; make others with 'edgerestore token'")]
    public static partial void TokensPast(ILogger logger, string path, int count);

    [LoggerMessage(60, LogLevel.Information, "Copies of frames go to {Peer}, {MaxFrames} at most (Tap:Allowed is "
        + "true)")]
    public static partial void TapOpened(ILogger logger, string peer, int maxFrames);

    [LoggerMessage(61, LogLevel.Information, "Copies of {Frames} frames went to {Peer}")]
    public static partial void TapClosed(ILogger logger, string peer, int frames);

    [LoggerMessage(20, LogLevel.Error, "Stream {Stream} failed for a reason of the daemon's own")]
    public static partial void StreamFault(ILogger logger, string stream, Exception exception);
}
