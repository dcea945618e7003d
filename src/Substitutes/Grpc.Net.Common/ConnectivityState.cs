namespace Grpc.Core;

/// <summary>State of a channel's connection; compiled into callers, so the values are fixed.</summary>
public enum ConnectivityState
{
    Idle = 0,
    Connecting = 1,
    Ready = 2,
    TransientFailure = 3,
    Shutdown = 4,
}
