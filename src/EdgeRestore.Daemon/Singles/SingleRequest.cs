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
    StreamRegistry.OpenedStream Place);
