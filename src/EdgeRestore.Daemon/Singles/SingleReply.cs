using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Inference;
using EdgeRestore.Packages;

namespace EdgeRestore.Daemon.Singles;

/// <summary>What became of one frame.</summary>
internal sealed record SingleReply
{
    /// <summary>Empty where there is an error; what was sent, where the frame passed through.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public RestoreResult Result { get; init; }

    public StageTimes Times { get; init; }

    /// <summary>What the frame went through; null where there is an error.</summary>
    public ModelPackage? Package { get; init; }

    public RestoreError Error { get; init; }

    /// <summary>What, found, allowed, remedy; empty without an error.</summary>
    public string Message { get; init; } = "";

    public static SingleReply Failed(RestoreError error, string message) => new() { Error = error, Message = message };
}
