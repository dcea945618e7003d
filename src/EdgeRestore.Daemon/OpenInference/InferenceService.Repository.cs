using EdgeRestore.Protocol.Inference;
using EdgeRestore.Repositories;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace EdgeRestore.Daemon.OpenInference;

internal sealed partial class InferenceService
{
    public override Task<RepositoryIndexResponse> RepositoryIndex(
        RepositoryIndexRequest request, ServerCallContext context)
    {
        RequireNoRepository(request.RepositoryName);
        var response = new RepositoryIndexResponse();
        foreach (var model in InferenceModel.Of(host.Restorer.Package.Manifest))
        {
            var fault = model.FindFault(host.Restorer);
            if (fault is null || !request.Ready)
            {
                response.Models.Add(new RepositoryIndexResponse.Types.ModelIndex
                {
                    Name = model.Name,
                    Version = PackageVersion,
                    State = fault is null ? "READY" : "UNAVAILABLE",
                    Reason = fault ?? "",
                });
            }
        }

        return Task.FromResult(response);
    }

    /// <summary>Makes a version of the repository ready; a model of the package that is served is so already.</summary>
    public override async Task<RepositoryModelLoadResponse> RepositoryModelLoad(
        RepositoryModelLoadRequest request, ServerCallContext context)
    {
        RequireNoRepository(request.RepositoryName);
        if (request.Parameters.Count > 0)
        {
            throw InferenceInput.Fault(
                "The request has parameters; allowed are none: what a package is stands in its signed manifest. "
                + "Install another one with 'edgerestore package install'.");
        }

        var model = InferenceModel.Of(host.Restorer.Package.Manifest)
            .FirstOrDefault(model => model.Name == request.ModelName);
        if (model is null)
        {
            await ChangeAsync(rollout.LoadAsync(ParseId(request.ModelName), context.CancellationToken));
        }
        else if (model.FindFault(host.Restorer) is { } fault)
        {
            throw Refused($"Model '{model.Name}' cannot be loaded: {fault}");
        }

        return new RepositoryModelLoadResponse();
    }

    /// <summary>Gives the memory of a version back that is loaded and not served.</summary>
    public override async Task<RepositoryModelUnloadResponse> RepositoryModelUnload(
        RepositoryModelUnloadRequest request, ServerCallContext context)
    {
        RequireNoRepository(request.RepositoryName);
        if (InferenceModel.Of(host.Restorer.Package.Manifest).Any(model => model.Name == request.ModelName))
        {
            throw Refused(
                $"Model '{request.ModelName}' is a route of the package that is served; allowed is to unload versions "
                + "that are not. Routes come and go with their package: serve another one with 'edgerestore package "
                + "activate'.");
        }

        await ChangeAsync(rollout.UnloadAsync(ParseId(request.ModelName), context.CancellationToken));
        return new RepositoryModelUnloadResponse();
    }

    private static void RequireNoRepository(string name)
    {
        if (name.Length > 0)
        {
            throw new RpcException(new Status(
                StatusCode.Unimplemented, "'repository_name' specification is not supported. Leave it empty."));
        }
    }

    private PackageId ParseId(string name) => name.Split('/') is [{ Length: > 0 } package, { Length: > 0 } version]
        ? new PackageId(package, version)
        : throw new RpcException(new Status(
            StatusCode.NotFound,
            "There is no model of that name; allowed are "
            + $"{string.Join(", ", InferenceModel.Of(host.Restorer.Package.Manifest).Select(model => model.Name))}, "
            + "and NAME/VERSION of a package in the repository. Ask for one of these."));

    private static async Task ChangeAsync(Task change)
    {
        try
        {
            await change;
        }
        catch (EdgeRestoreException exception)
        {
            throw Refused(exception.Message);
        }
    }

    private static RpcException Refused(string detail) => new(new Status(StatusCode.FailedPrecondition, detail));
}
