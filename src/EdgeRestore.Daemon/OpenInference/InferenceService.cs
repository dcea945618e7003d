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

/// <summary><c>inference.GRPCInferenceService</c>, the Open Inference Protocol with what Triton's clients need of it.</summary>
internal sealed partial class InferenceService(
    StreamHost host, DrainSignal drain, InferenceStatistics statistics, SharedRegions regions, Rollout rollout)
    : GRPCInferenceService.GRPCInferenceServiceBase
{
    // Triton's: with it an error ends the stream as a status, without it the stream goes on.
    private const string ErrorHeader = "triton_grpc_error";
    private const string FinalResponse = "triton_final_response";

    private static readonly string Version =
        typeof(InferenceService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "";

    private static readonly string[] Extensions =
    [
        "sequence", "model_repository", "model_configuration", "system_shared_memory", "binary_tensor_data", "parameters",
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

    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(Find(request.Name, request.Version).Describe(PackageVersion));

    public override Task<ModelConfigResponse> ModelConfig(ModelConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new ModelConfigResponse { Config = Find(request.Name, request.Version).Configure() });

    public override Task<ModelStatisticsResponse> ModelStatistics(ModelStatisticsRequest request, ServerCallContext context)
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

        using var place = Enter(context);
        var model = Find(request.ModelName, request.ModelVersion);
        return await InferAsync(request, model, model.CreateRouter(isStream: false), place, context.CancellationToken);
    }

    public override async Task ModelStreamInfer(
        IAsyncStreamReader<ModelInferRequest> requestStream,
        IServerStreamWriter<ModelStreamInferResponse> responseStream,
        ServerCallContext context)
    {
        using var trace = Tracing.StartCall(context.GetHttpContext(), "inference.GRPCInferenceService/ModelStreamInfer");
        using var place = Enter(context);
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
                InferResponse = await InferAsync(request, model, router, place, cancellationToken),
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

    /// <summary>Answers a request, and counts it.</summary>
    private async Task<ModelInferResponse> InferAsync(
        ModelInferRequest request,
        InferenceModel model,
        SingleRouter router,
        StreamRegistry.OpenedStream place,
        CancellationToken cancellationToken)
    {
        var asked = host.Restorer.Package;
        var replies = new List<SingleReply>();
        var start = host.Clock.GetTimestamp();
        try
        {
            var response = await InferAsync(request, model, router, place, replies, cancellationToken);
            statistics.Succeeded(model.Name, replies[^1].Package!, host.Clock.GetElapsedTime(start), replies);
            return response;
        }
        catch
        {
            // Another package may have been served by the time that its frames had their turns.
            var package = replies.Count > 0 ? replies[^1].Package! : asked;
            statistics.Failed(model.Name, package, host.Clock.GetElapsedTime(start));
            throw;
        }
    }

    private async Task<ModelInferResponse> InferAsync(
        ModelInferRequest request,
        InferenceModel model,
        SingleRouter router,
        StreamRegistry.OpenedStream place,
        List<SingleReply> replies,
        CancellationToken cancellationToken)
    {
        var input = InferenceInput.Read(
            request,
            host.Limits,
            host.Restorer.Package.Manifest.Network.MinSidePixels,
            tensor => TensorPlace.Find(tensor.Parameters, tensor.Name, regions, place.Peer));
        var parameters = InferenceParameters.Read(request.Parameters);
        var outputs = InferenceOutputs.Select(
            model, request, asked => TensorPlace.Find(asked.Parameters, asked.Name, regions, place.Peer));
        using var limit = parameters.Timeout is { } timeout ? new CancellationTokenSource(timeout, host.Clock) : null;
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit?.Token ?? default);
        try
        {
            foreach (var (payload, format) in input.Frames)
            {
                var pixels = PayloadFormat.Raw(PixelFormat.Rgb24, format.Width, format.Height);
                var reply = await SingleFrame.RestoreAsync(
                    host,
                    payload,
                    new SingleRequest(format, parameters.Output ?? pixels, router, model.Restores ? parameters.Strength : 0, place),
                    waiting.Token);
                replies.Add(reply.Error == RestoreError.None ? reply
                    : throw new RpcException(WireStatus.From(reply.Error, reply.Message)));
            }
        }
        catch (OperationCanceledException) when (limit?.IsCancellationRequested == true)
        {
            throw new RpcException(WireStatus.From(
                RestoreError.DeadlineExceeded, "The parameter timeout passed before the frame had its turn. Allow more."));
        }

        var isEncoded = parameters.Output is not null;
        if (!isEncoded && replies.Any(reply => (reply.Width, reply.Height) != (replies[0].Width, replies[0].Height)))
        {
            throw InferenceInput.Fault(
                "The images have different sizes, which no tensor of pixels can hold. Send them one by one, or ask for "
                + "image files with the parameter codec.");
        }

        var response = new ModelInferResponse
        {
            ModelName = model.Name,
            ModelVersion = replies[^1].Package!.Manifest.Version,
            Id = request.Id,
        };
        InferenceOutputs.Add(response, outputs, replies, isEncoded, input.HasBatch);
        return response;
    }

    private StreamRegistry.OpenedStream Enter(ServerCallContext context) =>
        host.Registry.TryEnter(Peer.Of(context), out var refusal)
        ?? throw new RpcException(host.Registry.Explain(refusal));

    private InferenceModel Find(string name, string version)
    {
        var models = InferenceModel.Of(host.Restorer.Package.Manifest);
        var model = models.FirstOrDefault(model => model.Name == name) ?? throw new RpcException(new Status(
            StatusCode.NotFound,
            $"There is no model of that name; there are {string.Join(", ", models.Select(model => model.Name))}. Ask for one "
            + "of these."));
        return version.Length == 0 || version == PackageVersion ? model : throw new RpcException(new Status(
            StatusCode.NotFound,
            $"Model '{model.Name}' is there in version '{PackageVersion}' only. Ask for that, or leave the version empty."));
    }
}
