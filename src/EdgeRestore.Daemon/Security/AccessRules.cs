namespace EdgeRestore.Daemon.Security;

/// <summary>
/// Which right each path needs. What is not listed needs admin: a service that is added is closed until it is.
/// </summary>
internal static class AccessRules
{
    private const string Inference = "/inference.GRPCInferenceService/";

    private static readonly Dictionary<string, Right> Exact = new(StringComparer.Ordinal)
    {
        ["/grpc.health.v1.Health/Check"] = Right.None,
        ["/grpc.health.v1.Health/Watch"] = Right.None,
        ["/edgerestore.v1.RestoreService/Restore"] = Right.Stream,
        ["/edgerestore.v1.RestoreService/GetStatus"] = Right.Observe,
        ["/edgerestore.v1.TapService/TapFrames"] = Right.Observe,
        ["/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"] = Right.Known,
        ["/metrics"] = Right.Observe,
        ["/v1/restore"] = Right.Stream,
        [Inference + "ServerLive"] = Right.None,
        [Inference + "ServerReady"] = Right.None,
        [Inference + "ServerMetadata"] = Right.Known,
        [Inference + "ModelReady"] = Right.Known,
        [Inference + "ModelMetadata"] = Right.Known,
        [Inference + "ModelConfig"] = Right.Known,
        [Inference + "ModelInfer"] = Right.Stream,
        [Inference + "ModelStreamInfer"] = Right.Stream,
        [Inference + "ModelStatistics"] = Right.Observe,
        [Inference + "RepositoryIndex"] = Right.Observe,
        [Inference + "SystemSharedMemoryStatus"] = Right.Stream,
        [Inference + "SystemSharedMemoryRegister"] = Right.Stream,
        [Inference + "SystemSharedMemoryUnregister"] = Right.Stream,
        [Inference + "CudaSharedMemoryStatus"] = Right.Stream,
        [Inference + "CudaSharedMemoryUnregister"] = Right.Stream,
        [Inference + "RepositoryModelLoad"] = Right.Admin,
        [Inference + "RepositoryModelUnload"] = Right.Admin,
    };

    public static Right Find(string path) => Exact.GetValueOrDefault(path, Right.Admin);

    /// <summary>A path for a log: what a peer made up is not repeated.</summary>
    public static string Label(string path) => Exact.ContainsKey(path) ? path : "another path";
}
