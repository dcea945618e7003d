using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.Daemon.Streams;

/// <summary>What a stream's client and the daemon agreed on. Immutable.</summary>
internal sealed record StreamSettings
{
    public required string Name { get; init; }

    public required Delivery Delivery { get; init; }

    /// <summary>Frames that may wait under LIVE.</summary>
    public required int LiveDepth { get; init; }

    /// <summary>Time from arrival until computation must have begun; null for no limit.</summary>
    public required TimeSpan? Deadline { get; init; }

    public required Priority Priority { get; init; }

    /// <summary>Memory that the client has made for frames and results; null for none.</summary>
    public required SharedMemory? Shared { get; init; }

    public required RoutingOptions Routing { get; init; }

    public required float Strength { get; init; }

    public required PayloadFormat Input { get; init; }

    public required PayloadFormat Output { get; init; }

    public required YuvEncoding Yuv { get; init; }

    /// <summary>Memory that its frames need at most; of image files nothing is known until they come.</summary>
    public long GetMemoryNeed()
    {
        if (!Input.IsRaw)
        {
            return 0;
        }

        long pixels = Frame.GetLengthBytes(Input.Width, Input.Height, PixelFormat.Rgb24);
        return MemoryBudget.NeedOf(
            Frame.GetLengthBytes(Input.Width, Input.Height, Input.Layout),
            pixels,
            pixels,
            KeepsPayloads,
            IsLive,
            LiveDepth);
    }

    /// <summary>
    /// Whether payloads are kept until it is known that their frames are restored, since those that pass through are
    /// sent back as they came. Of RGB the result of such a frame is the same bytes.
    /// </summary>
    public bool KeepsPayloads => Input.IsOfKind(Output) && Input.Layout != PixelFormat.Rgb24;

    public bool IsLive => Delivery == Delivery.Live;

    public override string ToString() =>
        $"{Delivery.ToString().ToLowerInvariant()}, {Input} to {Output}, "
        + (Routing.FixedRoute is { } route ? $"route {route}" : "route auto");
}
