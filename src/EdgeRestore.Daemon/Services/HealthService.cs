using EdgeRestore.Daemon.Faults;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace EdgeRestore.Daemon.Services;

/// <summary><c>grpc.health.v1.Health</c>.</summary>
internal sealed class HealthService(DrainSignal drain, WedgeSignal wedge) : Health.HealthBase
{
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
        IsKnown(request.Service)
            ? Task.FromResult(new HealthCheckResponse { Status = ReadStatus() })
            : throw new RpcException(WireStatus.UnknownService(request.Service));

    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var known = IsKnown(request.Service);
        try
        {
            await responseStream.WriteAsync(
                new HealthCheckResponse { Status = known ? ReadStatus() : ServingStatus.ServiceUnknown },
                context.CancellationToken);
            await WaitForDrainAsync(context.CancellationToken);
            if (known)
            {
                await responseStream.WriteAsync(
                    new HealthCheckResponse { Status = ServingStatus.NotServing }, context.CancellationToken);
            }
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(Status.DefaultCancelled);
        }

        // A watch has no end of its own, and would hold the shutdown up.
        throw new RpcException(WireStatus.ShuttingDown);
    }

    private static bool IsKnown(string service) =>
        service.Length == 0 || service == RestoreService.Descriptor.FullName
        || service == GRPCInferenceService.Descriptor.FullName;

    private ServingStatus ReadStatus() =>
        drain.Token.IsCancellationRequested || wedge.Fault is not null
            ? ServingStatus.NotServing : ServingStatus.Serving;

    private async Task WaitForDrainAsync(CancellationToken cancellationToken)
    {
        var draining = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = drain.Token.UnsafeRegister(
            static source => ((TaskCompletionSource)source!).TrySetResult(), draining);
        await draining.Task.WaitAsync(cancellationToken);
    }
}
