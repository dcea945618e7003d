using EdgeRestore.Protocol.Messages;
using Grpc.AspNetCore.Server.Model;

namespace EdgeRestore.Daemon.Services;

/// <summary>
/// Binds <see cref="RestoreStreams"/> by hand, for messages that generated code would take apart its own way.
/// </summary>
internal sealed class RestoreStreamMethods : IServiceMethodProvider<RestoreStreams>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<RestoreStreams> context)
    {
        context.AddDuplexStreamingMethod(
            RestoreMethods.Restore,
            [],
            static (service, requests, replies, call) => service.Restore(requests, replies, call));
        context.AddUnaryMethod(
            RestoreMethods.GetStatus, [], static (service, request, call) => service.GetStatus(request, call));
    }
}
