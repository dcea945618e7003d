using EdgeRestore.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace EdgeRestore.Client;

/// <summary>The packages of a daemon with a repository, as <c>admin.proto</c> describes them. Thread-safe.</summary>
/// <remarks>Every call gives the repository as it is afterwards, and throws <see cref="DaemonException"/>.</remarks>
public sealed class PackageAdministration
{
    // Large enough to cost few messages, small enough for every daemon's limit.
    private const int PieceBytes = 1 << 18;

    private readonly AdminService.AdminServiceClient _service;
    private readonly Uri _address;

    internal PackageAdministration(AdminService.AdminServiceClient service, Uri address)
    {
        _service = service;
        _address = address;
    }

    public Task<RepositoryStatus> ListAsync(CancellationToken token = default) =>
        CallAsync(_service.ListPackagesAsync(new ListPackagesRequest(), cancellationToken: token));

    /// <summary>Installs from a file that <c>package pack</c> wrote, on this machine.</summary>
    public async Task<RepositoryStatus> InstallAsync(Stream file, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        using var call = _service.InstallPackage(cancellationToken: token);
        try
        {
            try
            {
                var piece = new byte[PieceBytes];
                while (await file.ReadAtLeastAsync(piece, PieceBytes, throwOnEndOfStream: false, token)
                    .ConfigureAwait(false) is > 0 and var count)
                {
                    await call.RequestStream.WriteAsync(
                        new InstallPackageRequest { Piece = ByteString.CopyFrom(piece, 0, count) }, token)
                        .ConfigureAwait(false);
                }

                await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (RestoreClient.IsRefusedWhileWriting(exception, token))
            {
                // The daemon ended the call before it had read everything; why is its answer.
            }

            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw DaemonException.From(exception, _address);
        }
    }

    public Task<RepositoryStatus> LoadAsync(string name, string version, CancellationToken token = default) =>
        CallAsync(_service.LoadPackageAsync(Request(name, version), cancellationToken: token));

    public Task<RepositoryStatus> UnloadAsync(string name, string version, CancellationToken token = default) =>
        CallAsync(_service.UnloadPackageAsync(Request(name, version), cancellationToken: token));

    /// <param name="share">Of the streams; 1 for all.</param>
    public Task<RepositoryStatus> ActivateAsync(
        string name, string version, double share = 1, CancellationToken token = default) =>
        CallAsync(_service.ActivatePackageAsync(
            new ActivatePackageRequest { Name = name, Version = version, Share = share }, cancellationToken: token));

    public Task<RepositoryStatus> RollBackAsync(CancellationToken token = default) =>
        CallAsync(_service.RollBackPackageAsync(new RollBackPackageRequest(), cancellationToken: token));

    public Task<RepositoryStatus> PinAsync(bool isPinned, CancellationToken token = default) =>
        CallAsync(_service.PinPackageAsync(new PinPackageRequest { Pinned = isPinned }, cancellationToken: token));

    public Task<RepositoryStatus> RemoveAsync(string name, string version, CancellationToken token = default) =>
        CallAsync(_service.RemovePackageAsync(Request(name, version), cancellationToken: token));

    private async Task<RepositoryStatus> CallAsync(AsyncUnaryCall<RepositoryStatus> call)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync.ConfigureAwait(false);
            }
            catch (RpcException exception)
            {
                throw DaemonException.From(exception, _address);
            }
        }
    }

    private static PackageRequest Request(string name, string version) => new() { Name = name, Version = version };
}
