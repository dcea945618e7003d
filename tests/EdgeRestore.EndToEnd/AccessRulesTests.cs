using EdgeRestore.Daemon.Security;
using Google.Protobuf.Reflection;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Which right each call needs, for all that the daemon serves: a line that changes, changes here too.
/// </summary>
public sealed class AccessRulesTests
{
    private static readonly FileDescriptor[] Served =
    [
        Protocol.V1.RestoreReflection.Descriptor,
        Protocol.V1.AdminReflection.Descriptor,
        Protocol.V1.TapReflection.Descriptor,
        Protocol.Inference.GrpcServiceReflection.Descriptor,
        Grpc.Health.V1.HealthReflection.Descriptor,
        Grpc.Reflection.V1.ReflectionReflection.Descriptor,
    ];

    // Frames go in, or places in memory for them.
    private static readonly string[] Stream =
    [
        "/v1/restore", "Restore", "ModelInfer", "ModelStreamInfer", "SystemSharedMemoryStatus",
        "SystemSharedMemoryRegister", "SystemSharedMemoryUnregister", "CudaSharedMemoryStatus",
        "CudaSharedMemoryUnregister",
    ];

    private static readonly string[] Observe =
        ["/metrics", "GetStatus", "TapFrames", "ModelStatistics", "RepositoryIndex"];

    // What the contract is, and the names of models.
    private static readonly string[] Known =
        ["ServerReflectionInfo", "ServerMetadata", "ModelReady", "ModelMetadata", "ModelConfig"];

    private static readonly string[] None = ["Check", "Watch", "ServerLive", "ServerReady"];

    [Fact]
    public void EveryCall_NeedsTheRightOfWhatItDoes()
    {
        var paths = Served.SelectMany(file => file.Services).SelectMany(service => service.Methods)
            .Select(method => (Path: $"/{method.Service.FullName}/{method.Name}", method.Name))
            .Append((Path: "/metrics", Name: "/metrics")).Append((Path: "/v1/restore", Name: "/v1/restore"));

        Assert.All(
            paths,
            path => Assert.Equal((path.Path, Expected(path.Name)), (path.Path, AccessRules.Find(path.Path))));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/edgerestore.v1.AdminService/AddedTomorrow")]
    [InlineData("/edgerestore.v1.restoreservice/getstatus")]
    public void PathThatNoRuleNames_NeedsAdmin(string path) => Assert.Equal(Right.Admin, AccessRules.Find(path));

    private static Right Expected(string name) =>
        Stream.Contains(name) ? Right.Stream
        : Observe.Contains(name) ? Right.Observe
        : Known.Contains(name) ? Right.Known
        : None.Contains(name) ? Right.None
        : Right.Admin;
}
