using EdgeRestore.Daemon.Packages;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Repositories;
using Grpc.Core;

namespace EdgeRestore.Daemon.Services;

/// <summary><c>edgerestore.v1.AdminService</c>.</summary>
internal sealed class AdminPackages(Rollout rollout) : AdminService.AdminServiceBase
{
    public override Task<RepositoryStatus> ListPackages(ListPackagesRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.ReadAsync(context.CancellationToken));

    public override async Task<RepositoryStatus> InstallPackage(
        IAsyncStreamReader<InstallPackageRequest> requestStream, ServerCallContext context)
    {
        var token = context.CancellationToken;
        if (!await requestStream.MoveNext(token))
        {
            throw new RpcException(Refused("No package came; allowed is a path, or the pieces of a file. Send one."));
        }

        return requestStream.Current.SourceCase == InstallPackageRequest.SourceOneofCase.Path
            ? await AnswerAsync(rollout.InstallAsync(requestStream.Current.Path, token))
            : await InstallPiecesAsync(requestStream, token);
    }

    public override Task<RepositoryStatus> LoadPackage(PackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.LoadAsync(IdOf(request), context.CancellationToken));

    public override Task<RepositoryStatus> UnloadPackage(PackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.UnloadAsync(IdOf(request), context.CancellationToken));

    public override Task<RepositoryStatus> ActivatePackage(ActivatePackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.ActivateAsync(
            new PackageId(request.Name, request.Version), request.HasShare ? request.Share : 1,
            context.CancellationToken));

    public override Task<RepositoryStatus> RollBackPackage(RollBackPackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.RollBackAsync(context.CancellationToken));

    public override Task<RepositoryStatus> PinPackage(PinPackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.PinAsync(request.Pinned, context.CancellationToken));

    public override Task<RepositoryStatus> RemovePackage(PackageRequest request, ServerCallContext context) =>
        AnswerAsync(rollout.RemoveAsync(IdOf(request), context.CancellationToken));

    private async Task<RepositoryStatus> InstallPiecesAsync(
        IAsyncStreamReader<InstallPackageRequest> pieces, CancellationToken token)
    {
        var path = GetUploadPath();
        try
        {
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            {
                do
                {
                    await file.WriteAsync(pieces.Current.Piece.Memory, token);
                }
                while (await pieces.MoveNext(token));
            }

            return await AnswerAsync(rollout.InstallAsync(path, token));
        }
        catch (IOException exception)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted,
                $"The package could not be received: {exception.Message} Free space in the repository's folder."));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private string GetUploadPath()
    {
        try
        {
            return rollout.Repository.CreateUploadPath();
        }
        catch (PackageException exception)
        {
            throw new RpcException(Refused(exception.Message));
        }
    }

    private static PackageId IdOf(PackageRequest request) => new(request.Name, request.Version);

    private static async Task<RepositoryStatus> AnswerAsync(Task<RolloutSnapshot> change)
    {
        try
        {
            return Describe(await change);
        }
        catch (EdgeRestoreException exception)
        {
            throw new RpcException(Refused(exception.Message));
        }
    }

    private static Status Refused(string detail) => new(StatusCode.FailedPrecondition, detail);

    private static RepositoryStatus Describe(RolloutSnapshot snapshot)
    {
        var status = new RepositoryStatus { Path = snapshot.Directory, Pinned = snapshot.Activation.IsPinned };
        if (snapshot is { OnTrial: { } onTrial, Trial: { } trial })
        {
            status.Trial = new TrialStatus
            {
                Name = onTrial.Name,
                Version = onTrial.Version,
                Share = trial.Share,
                GoodFrames = (uint)trial.GoodCount,
                BadFrames = (uint)trial.BadCount,
                WantedGoodFrames = (uint)trial.WantedGoodCount,
                MaxBadFrames = (uint)trial.MaxBadCount,
            };
        }

        status.Packages.AddRange(snapshot.Installed.Select(stored => new InstalledPackage
        {
            Name = stored.Id.Name,
            Version = stored.Id.Version,
            Sha256 = stored.Sha256,
            LengthBytes = (ulong)stored.LengthBytes,
            Signer = stored.Signer ?? "",
            State = stored.Id == snapshot.OnTrial ? PackageState.OnTrial
                : stored.Id == snapshot.Current ? PackageState.Serving
                : snapshot.Loaded.Contains(stored.Id) ? PackageState.Loaded
                : PackageState.Installed,
            Previous = stored.Id == snapshot.Activation.Previous,
            Fault = stored.Fault ?? "",
        }));
        status.Refused.AddRange(snapshot.Activation.Refused.Select(refused => new RefusedPackage
        {
            Name = refused.Id.Name,
            Version = refused.Id.Version,
            Reason = refused.Reason,
            AtMs = refused.At.ToUnixTimeMilliseconds(),
        }));
        return status;
    }
}
