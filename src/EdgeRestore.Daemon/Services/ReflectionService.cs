using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Protocol;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace EdgeRestore.Daemon.Services;

/// <summary><c>grpc.reflection.v1.ServerReflection</c> over the descriptors that the generated code carries.</summary>
internal sealed class ReflectionService(DrainSignal drain) : ServerReflection.ServerReflectionBase
{
    private static readonly ReflectionIndex Index = new(
    [
        EdgeRestore.Protocol.V1.RestoreReflection.Descriptor,
        EdgeRestore.Protocol.V1.AdminReflection.Descriptor,
        EdgeRestore.Protocol.V1.TapReflection.Descriptor,
        EdgeRestore.Protocol.Inference.GrpcServiceReflection.Descriptor,
        Grpc.Health.V1.HealthReflection.Descriptor,
        Grpc.Reflection.V1.ReflectionReflection.Descriptor,
    ]);

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(drain.Token, context.CancellationToken);
        var sent = new HashSet<string>();
        try
        {
            while (await requestStream.MoveNext(reading.Token))
            {
                var response = Answer(requestStream.Current, sent);
                response.ValidHost = requestStream.Current.Host;
                response.OriginalRequest = requestStream.Current;
                await responseStream.WriteAsync(response, context.CancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException || context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(Status.DefaultCancelled);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(WireStatus.ShuttingDown);
        }
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request, HashSet<string> sent) =>
        request.MessageRequestCase switch
        {
            ServerReflectionRequest.MessageRequestOneofCase.ListServices => ListServices(),
            ServerReflectionRequest.MessageRequestOneofCase.FileByFilename =>
                SendFile(Index.FindFile(request.FileByFilename), $"file '{request.FileByFilename}'", sent),
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol =>
                SendFile(
                    Index.FindSymbol(request.FileContainingSymbol), $"symbol '{request.FileContainingSymbol}'", sent),
            ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType =>
                Index.FindSymbol(request.AllExtensionNumbersOfType) is null
                    ? NotFound($"type '{request.AllExtensionNumbersOfType}'")
                    : new ServerReflectionResponse
                    {
                        // proto3 services have no extensions.
                        AllExtensionNumbersResponse = new ExtensionNumberResponse
                        {
                            BaseTypeName = request.AllExtensionNumbersOfType,
                        },
                    },
            ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension =>
                NotFound($"extension of '{request.FileContainingExtension.ContainingType}'"),
            _ => Error(StatusCode.InvalidArgument, "The request asks for nothing; set one field of message_request."),
        };

    private static ServerReflectionResponse ListServices()
    {
        var list = new ListServiceResponse();
        list.Service.AddRange(Index.Services.Select(service => new ServiceResponse { Name = service.FullName }));
        return new ServerReflectionResponse { ListServicesResponse = list };
    }

    private static ServerReflectionResponse SendFile(FileDescriptor? file, string what, HashSet<string> sent)
    {
        if (file is null)
        {
            return NotFound(what);
        }

        var response = new FileDescriptorResponse();
        AddWithImports(file, response, sent);

        // The file that was asked for comes even when this stream has seen it: an empty answer looks like a failure.
        if (response.FileDescriptorProto.Count == 0)
        {
            response.FileDescriptorProto.Add(file.SerializedData);
        }

        return new ServerReflectionResponse { FileDescriptorResponse = response };
    }

    private static void AddWithImports(FileDescriptor file, FileDescriptorResponse response, HashSet<string> sent)
    {
        if (!sent.Add(file.Name))
        {
            return;
        }

        response.FileDescriptorProto.Add(file.SerializedData);
        foreach (var import in file.Dependencies)
        {
            AddWithImports(import, response, sent);
        }
    }

    private static ServerReflectionResponse NotFound(string what) =>
        Error(StatusCode.NotFound, $"There is no {what} here; list_services tells what there is.");

    private static ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message } };
}
