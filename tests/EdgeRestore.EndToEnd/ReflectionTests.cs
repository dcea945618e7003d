using EdgeRestore.EndToEnd.Fixtures;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace EdgeRestore.EndToEnd;

public sealed class ReflectionTests
{
    private const string Restore = "edgerestore.v1.RestoreService";

    [Fact]
    public async Task ListServices_NamesAllThatAreServed()
    {
        var response = Assert.Single(await AskAsync(new ServerReflectionRequest { ListServices = "" }));

        Assert.Equal(
            [
                Restore, "edgerestore.v1.AdminService", "edgerestore.v1.TapService", "inference.GRPCInferenceService",
                "grpc.health.v1.Health",
                "grpc.reflection.v1.ServerReflection",
            ],
            response.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData(Restore)]
    [InlineData(Restore + ".Restore")]
    [InlineData("edgerestore.v1.OpenStream")]
    [InlineData("edgerestore.v1.OpenStream.strength")]
    [InlineData("edgerestore.v1.Delivery")]
    public async Task FileContainingSymbol_GivesAFileFromWhichAClientCanBeBuilt(string symbol)
    {
        var response = Assert.Single(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol }));

        var files = FileDescriptor.BuildFromByteStrings(response.FileDescriptorResponse.FileDescriptorProto);
        var service = Assert.Single(files.SelectMany(file => file.Services));
        Assert.Equal(Restore, service.FullName);
        Assert.True(service.FindMethodByName("Restore").IsClientStreaming);
        Assert.NotNull(service.File.FindTypeByName<MessageDescriptor>("OpenStream").FindFieldByName("strength"));
    }

    [Fact]
    public async Task FileByFilename_AskedTwice_AnswersTwice()
    {
        var request = new ServerReflectionRequest { FileByFilename = "grpc/health/v1/health.proto" };

        var responses = await AskAsync(request, request);

        Assert.All(responses, response => Assert.Single(response.FileDescriptorResponse.FileDescriptorProto));
        Assert.All(responses, response => Assert.Equal(request, response.OriginalRequest));
    }

    [Fact]
    public async Task UnknownNames_AreAnsweredWithNotFoundAndTheStreamGoesOn()
    {
        var responses = await AskAsync(
            new ServerReflectionRequest { FileByFilename = "nowhere.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "nobody" },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "nobody" },
            new ServerReflectionRequest { FileContainingExtension = new ExtensionRequest { ContainingType = "a" } },
            new ServerReflectionRequest { AllExtensionNumbersOfType = "edgerestore.v1.OpenStream" });

        Assert.All(
            responses.Take(4), response => Assert.Equal((int)StatusCode.NotFound, response.ErrorResponse.ErrorCode));
        Assert.Empty(responses[4].AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task NothingAsked_IsInvalidArgument()
    {
        var response = Assert.Single(await AskAsync(new ServerReflectionRequest()));

        Assert.Equal((int)StatusCode.InvalidArgument, response.ErrorResponse.ErrorCode);
    }

    private static async Task<List<ServerReflectionResponse>> AskAsync(
        params IReadOnlyList<ServerReflectionRequest> requests)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(daemon.CreateChannel()).ServerReflectionInfo();
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request).WaitAsync(Patience.Limit);
        }

        await call.RequestStream.CompleteAsync().WaitAsync(Patience.Limit);
        return await call.ResponseStream.ReadAllAsync().ToListAsync();
    }
}
