using System.Runtime.CompilerServices;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.Client;

public sealed partial class RestoreClient
{
    /// <summary>Copies of frames of the daemon's streams as they came in, where its settings allow that.</summary>
    /// <param name="request">Which and how many, as <c>tap.proto</c> describes it.</param>
    /// <param name="opened">Told what the daemon hands out at most, once it has begun; frames from then on may be copied.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DaemonException">The daemon does not allow it, or does not answer.</exception>
    public async IAsyncEnumerable<TappedFrame> TapAsync(
        TapFramesRequest request, Action<TapOpened>? opened = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var call = new TapService.TapServiceClient(_channel).TapFrames(request, cancellationToken: cancellationToken);
        while (true)
        {
            try
            {
                if (!await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
                {
                    yield break;
                }
            }
            catch (RpcException exception)
            {
                throw DaemonException.From(exception, _address);
            }

            switch (call.ResponseStream.Current)
            {
                case { Opened: { } limits }:
                    opened?.Invoke(limits);
                    break;
                case { Frame: { } frame }:
                    yield return frame;
                    break;
            }
        }
    }
}
