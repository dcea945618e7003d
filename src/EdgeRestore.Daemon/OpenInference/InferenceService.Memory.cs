using EdgeRestore.Daemon.Security;
using EdgeRestore.Protocol.Inference;
using Grpc.Core;

namespace EdgeRestore.Daemon.OpenInference;

internal sealed partial class InferenceService
{
    public override Task<SystemSharedMemoryStatusResponse> SystemSharedMemoryStatus(
        SystemSharedMemoryStatusRequest request, ServerCallContext context)
    {
        var peer = Peer.Of(context);
        if (request.Name.Length > 0)
        {
            regions.Find(peer, request.Name);
        }

        var response = new SystemSharedMemoryStatusResponse();
        foreach (var region in regions.List(peer, request.Name))
        {
            response.Regions[region.Name] = new SystemSharedMemoryStatusResponse.Types.RegionStatus
            {
                Name = region.Name,
                Key = region.Key,
                Offset = (ulong)region.Offset,
                ByteSize = (ulong)region.LengthBytes,
            };
        }

        return Task.FromResult(response);
    }

    public override Task<SystemSharedMemoryRegisterResponse> SystemSharedMemoryRegister(
        SystemSharedMemoryRegisterRequest request, ServerCallContext context)
    {
        regions.Register(context, request.Name, request.Key, request.Offset, request.ByteSize);
        return Task.FromResult(new SystemSharedMemoryRegisterResponse());
    }

    public override Task<SystemSharedMemoryUnregisterResponse> SystemSharedMemoryUnregister(
        SystemSharedMemoryUnregisterRequest request, ServerCallContext context)
    {
        regions.Unregister(Peer.Of(context), request.Name);
        return Task.FromResult(new SystemSharedMemoryUnregisterResponse());
    }

    public override Task<CudaSharedMemoryStatusResponse> CudaSharedMemoryStatus(
        CudaSharedMemoryStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new CudaSharedMemoryStatusResponse());

    // Clients of Triton begin and end by unregistering all regions of both kinds.
    public override Task<CudaSharedMemoryUnregisterResponse> CudaSharedMemoryUnregister(
        CudaSharedMemoryUnregisterRequest request, ServerCallContext context) =>
        Task.FromResult(new CudaSharedMemoryUnregisterResponse());
}
