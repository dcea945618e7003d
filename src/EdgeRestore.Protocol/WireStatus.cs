using EdgeRestore.Degradations;
using Grpc.Core;

namespace EdgeRestore.Protocol;

/// <summary>Every status that ends a call, with its text: what, found, allowed, remedy.</summary>
public static class WireStatus
{
    public static readonly Status ShuttingDown = new(
        StatusCode.Unavailable,
        "The daemon is shutting down; frames that had arrived were answered. Open the stream again, here or on another "
        + "daemon, and send again what was not answered.");

    public static readonly Status OpenedTwice = From(
        RestoreError.Input,
        "The stream was opened a second time; allowed is one open message, the first. Open another stream for other "
        + "settings.");

    public static readonly Status EmptyRequest = From(
        RestoreError.Input,
        "A request held neither open nor frame. Generate the client from this daemon's restore.proto.");

    public static readonly Status InternalFault = new(
        StatusCode.Internal,
        "The daemon failed on this stream for a reason of its own, which its log tells. Open the stream again.");

    public static Status TooManyStreams(int maxStreams) => From(
        RestoreError.Capacity,
        $"All {maxStreams} streams are taken. Close one, or raise Limits:MaxStreams (now {maxStreams}).");

    public static Status TooManyStreamsOfOne(int maxOfOne, int maxStreams, int sharePercent) => From(
        RestoreError.Capacity,
        $"This client has all {maxOfOne} of {maxStreams} streams that one client may have. Close one, or raise "
        + $"Peers:SharePercent (now {sharePercent}) or Limits:MaxStreams (now {maxStreams}).");

    public static Status TooManyRequests(int maxWaiting, int maxStreams) => From(
        RestoreError.Capacity,
        $"{maxWaiting} requests wait for their turn, which is as many as may. Send fewer at once, or raise "
        + $"Limits:MaxStreams (now {maxStreams}).");

    public static Status TooManyRequestsOfOne(int maxOfOne, int maxStreams, int sharePercent) => From(
        RestoreError.Capacity,
        $"{maxOfOne} requests of this client wait for their turn, which is as many as those of one client may. Send fewer "
        + $"at once, or raise Peers:SharePercent (now {sharePercent}) or Limits:MaxStreams (now {maxStreams}).");

    public static Status NoRoomFor(string what, long freeBytes, long maxBytes, int sharePercent) => From(
        RestoreError.Capacity, NoMemory(what, freeBytes, maxBytes, sharePercent));

    /// <summary>The text of a frame or a stream for which there is no memory.</summary>
    public static string NoMemory(string what, long freeBytes, long maxBytes, int sharePercent) =>
        $"There is no memory for {what}: {freeBytes >> 20} of {maxBytes >> 20} MiB are free, and one stream gets no more "
        + $"than half of all, one client no more than {sharePercent} %. Send smaller frames, close other streams, or raise "
        + "Limits:FrameMemoryMegabytes.";

    public static Status NoSubnetwork(
        Degradation degradation, string packageName, IEnumerable<Degradation> available) => new(
        StatusCode.FailedPrecondition,
        $"Package '{packageName}' has no subnetwork for {degradation.ToName()}; it has "
        + $"{string.Join(", ", available.Select(DegradationNames.ToName))}. Choose one of these, or serve a package "
        + "that has it.");

    public static Status OpenedTooLate(int limitSeconds) => From(
        RestoreError.DeadlineExceeded,
        $"No open message came within {limitSeconds} s. Send it first, as soon as the call has begun, or raise "
        + $"Limits:OpenSeconds (now {limitSeconds}).");

    public static Status FirstFrameTooLate(int limitSeconds) => From(
        RestoreError.DeadlineExceeded,
        $"No frame came within {limitSeconds} s of the stream's opening. Open the stream when there are frames to send, or "
        + $"raise Peers:FirstFrameSeconds (now {limitSeconds}).");

    /// <summary>For a call that was let in and no longer would be.</summary>
    /// <param name="code">Unauthenticated or PermissionDenied.</param>
    /// <param name="detail">What its identity lacks now, and what to do.</param>
    public static Status AccessWithdrawn(StatusCode code, string detail) => new(
        code, $"The call was ended, since what let it in no longer holds: {detail}");

    public static Status MalformedRequest(string reason) => From(
        RestoreError.Input,
        $"A request cannot be read: {reason} Generate the client from this daemon's restore.proto.");

    public static Status UnknownService(string service) => new(
        StatusCode.NotFound,
        $"There is no service '{service}' here. Ask for edgerestore.v1.RestoreService, or for '' (the whole daemon).");

    /// <summary>Whose fault it is, as gRPC says it.</summary>
    public static Status From(RestoreError error, string detail) => new(
        error switch
        {
            RestoreError.None => StatusCode.OK,
            RestoreError.Input => StatusCode.InvalidArgument,
            RestoreError.Capacity => StatusCode.ResourceExhausted,
            RestoreError.Engine => StatusCode.Internal,
            RestoreError.Canceled => StatusCode.Cancelled,
            RestoreError.DeadlineExceeded => StatusCode.DeadlineExceeded,
            _ => StatusCode.Unknown,
        },
        detail);
}
