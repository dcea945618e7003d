using System.Reflection;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Packages;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Inference;
using Grpc.Core;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>
/// <c>inference.GRPCInferenceService</c>, the Open Inference Protocol with what Triton's clients need of it.
/// </summary>
internal sealed partial class InferenceService(
    StreamHost host, DrainSignal drain, InferenceStatistics statistics, SharedRegions regions, Rollout rollout)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    // Triton's: with it an error ends the stream as a status, without it the stream goes on.
    private const string ErrorHeader = "triton_grpc_error";
    private const string FinalResponse = "triton_final_response";

    private static readonly string Version =
        typeof(InferenceService)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    private static readonly string[] Extensions =
    [
        "sequence", "model_repository", "model_configuration", "system_shared_memory", "binary_tensor_data",
        "parameters",
        "statistics",
    ];

    private string PackageVersion => host.Restorer.Package.Manifest.Version;

    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = !drain.Token.IsCancellationRequested });

    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        var model = Find(request.Name, request.Version);
        return Task.FromResult(new ModelReadyResponse
        {
            Ready = !drain.Token.IsCancellationRequested && model.FindFault(host.Restorer) is null,
        });
    }

    public override Task<ServerMetadataResponse> ServerMetadata(
        ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse
        {
            Name = "edgerestore",
            Version = Version,
            Extensions = { Extensions },
        });

    public override Task<ModelMetadataResponse> ModelMetadata(
        ModelMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.Name, request.Version).Describe(PackageVersion));

    public override Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelConfigResponse { Config = Find(request.Name, request.Version).Configure() });

    public override Task<ModelStatisticsResponse> ModelStatistics(
        ModelStatisticsRequest request, ServerCallContext context)
    {
        var models = request.Name.Length > 0 ? [Find(request.Name, request.Version)]
            : InferenceModel.Of(host.Restorer.Package.Manifest);
        var package = host.Restorer.Package;
        return Task.FromResult(new ModelStatisticsResponse
        {
            ModelStats = { models.Select(model => statistics.Read(model.Name, package)) },
        });
    }

    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        using var trace = Tracing.StartCall(context.GetHttpContext(), "inference.GRPCInferenceService/ModelInfer");
        if (drain.Token.IsCancellationRequested)
        {
            throw new RpcException(WireStatus.ShuttingDown);
        }

        var model = Find(request.ModelName, request.ModelVersion);
        var asked = new Question(request, model, model.CreateRouter(isStream: false), Peer.Of(context), Place: null);
        return await InferAsync(asked, context.CancellationToken);
    }

    public override async Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream,
        IServerStreamWriter<ModelStreamInferResponse> responseStream,
        ServerCallContext context)
    {
        using var trace = Tracing.StartCall(
            context.GetHttpContext(), "inference.GRPCInferenceService/ModelStreamInfer");
        using var place = host.Registry.TryEnter(Peer.Of(context), out var refusal)
            ?? throw new RpcException(host.Registry.Explain(refusal));
        using var stop = new StreamStop(drain, AccessGrant.Of(context));
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, context.CancellationToken);

        // A stream is one camera for each model that it names: routes are smoothed over its frames.
        var routers = new Dictionary<string, SingleRouter>(StringComparer.Ordinal);
        var endsOnError = context.RequestHeaders.GetValue(ErrorHeader) == "true";
        try
        {
            // The next request is read when this one is answered, so answers keep the order, and senders are held back.
            while (await requestStream.MoveNext(reading.Token))
            {
                var answer = await AnswerAsync(
                    requestStream.Current, routers, place, endsOnError, context.CancellationToken);
                await responseStream.WriteAsync(answer, context.CancellationToken);
            }
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            throw new RpcException(stop.Status);
        }
        catch (Exception exception) when (exception is IOException || context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(Status.DefaultCancelled);
        }
    }

    private async Task<ModelStreamInferResponse> AnswerAsync(
        ModelInferRequest request,
        Dictionary<string, SingleRouter> routers,
        StreamRegistry.OpenedStream place,
        bool endsOnError,
        CancellationToken cancellationToken)
    {
        ModelStreamInferResponse answer;
        try
        {
            var model = Find(request.ModelName, request.ModelVersion);
            if (!routers.TryGetValue(model.Name, out var router))
            {
                routers[model.Name] = router = model.CreateRouter(isStream: true);
                place.Routes = [.. place.Routes.Union(model.ListRoutes(host.Restorer.Package.Manifest))];
            }

            answer = new ModelStreamInferResponse
            {
                InferResponse = await InferAsync(
                    new Question(request, model, router, place.Peer, place), cancellationToken),
            };
        }
        catch (RpcException exception) when (!endsOnError)
        {
            answer = new ModelStreamInferResponse
            {
                ErrorMessage = exception.Status.Detail,
                InferResponse = new ModelInferResponse { Id = request.Id },
            };
        }

        answer.InferResponse.Parameters[FinalResponse] = new InferParameter { BoolParam = true };
        return answer;
    }

    private InferenceModel Find(string name, string version)
    {
        var models = InferenceModel.Of(host.Restorer.Package.Manifest);
        var model = models.FirstOrDefault(model => model.Name == name) ?? throw new RpcException(new Status(
            StatusCode.NotFound,
            $"There is no model of that name; there are {string.Join(", ", models.Select(model => model.Name))}. Ask "
            + "for one of these."));
        return version.Length == 0 || version == PackageVersion ? model : throw new RpcException(new Status(
            StatusCode.NotFound,
            $"Model '{model.Name}' is there in version '{PackageVersion}' only. Ask for that, or leave the version "
                + "empty."));
    }
}
