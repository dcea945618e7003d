using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Streams;

namespace EdgeRestore.Daemon.Singles;

/// <summary>What to make of one frame.</summary>
/// <param name="Input">What the payload is.</param>
/// <param name="Output">What is to come back.</param>
/// <param name="Router">Fresh for a frame by itself; kept by whoever sends a camera's frames.</param>
/// <param name="Strength">0 to 1; with 0 the frame is classified and nothing else.</param>
/// <param name="Place">What whoever asks holds.</param>
internal sealed record SingleRequest(PayloadFormat Input, PayloadFormat Output, SingleRouter Router, float Strength,
    StreamRegistry.OpenedStream Place)
{
    /// <summary>Whether image files are photographs, which keep what they tell beside their pixels.</summary>
    public bool IsPhotograph { get; init; }

    /// <summary>How long it waited for its place, which counts as its time in a queue.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>Memory that is reserved already, for the message that it came with.</summary>
    public required MemoryBudget.Reservation Memory { get; init; }

    /// <summary>What of that is taken: by the message and by results that wait for others.</summary>
    public long HeldBytes { get; init; }
}
