using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

/// <summary>One frame on its way through a stream: from one stage to the next, by one thread at a time.</summary>
/// <remarks>Owns its buffers; whoever takes it out of the pipeline disposes it.</remarks>
internal sealed class StreamFrame(
    ulong sequence, long timestampNs, long arrivedAt, int lengthBytes, DaemonMetrics metrics) : IDisposable
{
    private bool _hasLeft;

    public ulong Sequence { get; } = sequence;

    public int PayloadLength => lengthBytes;

    public long TimestampNs { get; } = timestampNs;

    /// <summary>When its last byte was here; a timestamp of the stream's clock.</summary>
    public long ArrivedAt { get; } = arrivedAt;

    /// <summary>As received, until it is decoded; where it may have to go back, until the frame is restored.</summary>
    public PooledBytes? Payload { get; set; }

    /// <summary>Where the payload lies instead, in memory that its sender may still write.</summary>
    public Memory<byte>? SharedPayload { get; set; }

    /// <summary>Where the result of such a frame goes, and what the client calls that place.</summary>
    public (Memory<byte> Room, SharedRange Range)? SharedReply { get; set; }

    /// <summary>RGB.</summary>
    public Frame? Input { get; set; }

    /// <summary>RGB, of the input's size.</summary>
    public Frame? Output { get; set; }

    public int Width { get; set; }

    public int Height { get; set; }

    public RestoreResult Result { get; set; }

    public TimeSpan Decode { get; set; }

    public TimeSpan Encode { get; set; }

    /// <summary>Frames dropped under LIVE between the frame before and this one.</summary>
    public DroppedFrames? Dropped { get; set; }

    public RestoreError Error { get; private set; }

    public string Message { get; private set; } = "";

    public bool HasFailed => Error != RestoreError.None;

    /// <summary>Gives the frame up: the stages that follow leave it alone, and its reply says why.</summary>
    public void Fail(RestoreError error, string message)
    {
        Error = error;
        Message = message;
        ReleaseBuffers();
    }

    /// <summary>Leaves what is to be sent: the payload, where it was kept and is wanted, or the result.</summary>
    public void KeepReply(bool wantsPayload)
    {
        Input?.Dispose();
        Input = null;
        if (!wantsPayload)
        {
            DropPayload();
        }
        else if (Payload is not null)
        {
            Output?.Dispose();
            Output = null;
        }
    }

    /// <summary>Gives the payload back: it was decoded, or what is sent is the result.</summary>
    public void DropPayload()
    {
        Payload?.Dispose();
        Payload = null;
    }

    public void Dispose()
    {
        if (!_hasLeft)
        {
            _hasLeft = true;
            metrics.FrameLeft(lengthBytes);
        }

        ReleaseBuffers();
    }

    private void ReleaseBuffers()
    {
        DropPayload();
        Input?.Dispose();
        Input = null;
        Output?.Dispose();
        Output = null;
    }
}
