namespace Grpc.Core;

/// <summary>How one message is written.</summary>
public class WriteOptions(WriteFlags flags = default)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}

[Flags]
public enum WriteFlags
{
    /// <summary>The message need not be flushed at once.</summary>
    BufferHint = 1,

    /// <summary>The message is not compressed even when the call is.</summary>
    NoCompress = 2,
}
