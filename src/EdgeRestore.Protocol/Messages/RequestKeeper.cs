namespace EdgeRestore.Protocol.Messages;

/// <summary>
/// Knows the last request that one call has read. A call that is aborted in the moment between reading and handing over
/// loses its request, and with it pooled memory; the keeper still has it.
/// </summary>
/// <remarks>Begun where the call begins, disposed where it ends.</remarks>
public sealed class RequestKeeper : IDisposable
{
    // The transport calls the reader somewhere below the call's own code, and takes no argument there.
    private static readonly AsyncLocal<RequestKeeper?> Current = new();

    private InboundRequest? _last;

    private RequestKeeper()
    {
    }

    /// <summary>Keeps what is read from here on, in this method and all that it awaits.</summary>
    public static RequestKeeper Begin() => Current.Value = new RequestKeeper();

    /// <summary>Gives back what nobody has taken.</summary>
    public void Dispose() => _last?.Dispose();

    internal static InboundRequest Keep(InboundRequest request)
    {
        if (Current.Value is { } keeper)
        {
            keeper._last = request;
        }

        return request;
    }
}
