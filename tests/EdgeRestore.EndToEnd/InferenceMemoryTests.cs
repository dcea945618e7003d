using System.Net;
using System.Net.Sockets;
using EdgeRestore.Daemon.OpenInference;
using EdgeRestore.Daemon.Security;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Repositories;
using EdgeRestore.TestPackages;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>Triton's extensions of the Open Inference Protocol: shared memory, statistics, loading.</summary>
public sealed class InferenceMemoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _name = $"edgerestore-test-{Guid.NewGuid():N}";

    [Fact]
    public async Task PythonGrpcio_InfersThroughMemoryAndReadsStatistics()
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import grpc, google.protobuf");
        await ForeignProgram.RunAsync(
            "protoc",
            [
                $"-I{ForeignProgram.Root}/proto", $"--python_out={_folder.Path}", $"--grpc_out={_folder.Path}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "inference/grpc_service.proto", "inference/model_config.proto",
            ]);
        await using var daemon = await RunningDaemon.StartAsync();

        var output = await ForeignProgram.RunAsync(
            ForeignProgram.Python,
            [ForeignProgram.Client("open_inference_memory.py"), daemon.Address.Authority, _name],
            pythonPath: _folder.Path);

        const string Invalid = "INVALID_ARGUMENT";
        var noise = TestPackage.LevelsOf(Degradation.Noise);
        Assert.Equal(
            [
                "extensions binary_tensor_data model_configuration model_repository parameters sequence statistics "
                + "system_shared_memory",
                "tidy OK OK",
                "register OK OK ALREADY_EXISTS",
                "status in:True:4096+9216 out:False:13312+18432",
                "infer [0, 9] [1, 48, 64, 3] out 9216 100",
                $"pixels 0 {5 + noise} {5 + noise} 0",
                $"refused {Invalid} {Invalid} {Invalid} {Invalid} {Invalid} {Invalid} {Invalid}",
                $"places NOT_FOUND {Invalid} {Invalid} {Invalid} {Invalid} {Invalid}",
                $"short {Invalid}",
                $"short {Invalid} True",
                "whole OK",
                "left out NOT_FOUND NOT_FOUND",
                "statistics restore 1 1 1 9 1 1 True True",
                "statistics restore-rain 1 1 1 0 1 1 True True",
                "statistics classify 0 0 0 0 0 0 False False",
                "all 14 NOT_FOUND",
                $"load OK NOT_FOUND FAILED_PRECONDITION UNIMPLEMENTED {Invalid} FAILED_PRECONDITION",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task ClientOfNode_InfersThroughMemory()
    {
        await ForeignProgram.RequireAsync("node", "--version");
        await using var daemon = await RunningDaemon.StartAsync();

        var output = await ForeignProgram.RunAsync(
            "node", [ForeignProgram.Client("open_inference_memory.js"), daemon.Address.Authority, _name]);

        Assert.Equal(
            [$"blue 9 to {9 + TestPackage.LevelsOf(Degradation.Rain)}, 18432 bytes, 0 sent", "counted 1"],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Regions_AreTheirClientsAloneAndGoWithItsConnection()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var memory = SharedMemoryFile.Create(4096);
        using (var channel = Grpc.Net.Client.GrpcChannel.ForAddress(daemon.Address))
        {
            var owner = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
            await owner.SystemSharedMemoryRegisterAsync(Register("mine", memory.Name))
                .ResponseAsync.WaitAsync(Patience.Limit);

            var stranger = CreateService(daemon);
            Assert.Empty((await stranger.SystemSharedMemoryStatusAsync(new())).Regions);
            await stranger.SystemSharedMemoryUnregisterAsync(new());
            Assert.Equal(StatusCode.NotFound, await CodeOfAsync(
                stranger.SystemSharedMemoryStatusAsync(new SystemSharedMemoryStatusRequest { Name = "mine" })));
            Assert.Single((await owner.SystemSharedMemoryStatusAsync(new())).Regions);
            Assert.Equal(2, CountOpen(memory.Name));
        }

        // The daemon is in this process: one file is the test's own.
        await Patience.UntilSeenAsync(() => CountOpen(memory.Name), count => count == 1);
    }

    [Fact]
    public async Task RegionsBeyondTheLimit_AreRefused()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        using var memory = SharedMemoryFile.Create(4096);
        var service = CreateService(daemon);
        for (var number = 0; number < SharedRegions.MaxOfOne; number++)
        {
            Assert.Equal(StatusCode.OK, await CodeOfAsync(
                service.SystemSharedMemoryRegisterAsync(Register($"{number}", memory.Name))));
        }

        Assert.Equal(StatusCode.ResourceExhausted, await CodeOfAsync(
            service.SystemSharedMemoryRegisterAsync(Register("more", memory.Name))));
        await service.SystemSharedMemoryUnregisterAsync(new SystemSharedMemoryUnregisterRequest { Name = "7" });
        Assert.Equal(StatusCode.OK, await CodeOfAsync(
            service.SystemSharedMemoryRegisterAsync(Register("more", memory.Name))));
    }

    [Fact]
    public async Task LinkOutOfTheFolder_IsRefused()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        File.WriteAllBytes(_folder.Combine("secret"), new byte[4096]);
        var link = Path.Combine(SharedMemoryFile.Directory, _name);
        File.CreateSymbolicLink(link, _folder.Combine("secret"));
        try
        {
            Assert.Equal(StatusCode.InvalidArgument, await CodeOfAsync(
                CreateService(daemon).SystemSharedMemoryRegisterAsync(Register("link", _name))));
        }
        finally
        {
            File.Delete(link);
        }
    }

    [Fact]
    public void FileOfAnotherUser_IsRefused()
    {
        using var memory = SharedMemoryFile.Create(4096);

        var exception = Assert.Throws<RpcException>(
            () => SharedRegion.Open("other", memory.Name, 0, 4096, SharedMemoryFile.CurrentUserId + 1));

        Assert.Contains("belongs to user", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", false)]
    public async Task UserBehindALoopbackConnection_IsFound(string address, bool isDual)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        var target = new IPEndPoint(IPAddress.Parse(address), ((IPEndPoint)listener.LocalEndPoint!).Port);
        using var client = isDual ? new Socket(SocketType.Stream, ProtocolType.Tcp)
            : new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(target).WaitAsync(Patience.Limit);
        using var accepted = await listener.AcceptAsync().WaitAsync(Patience.Limit);
        var (remote, local) = ((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!);

        Assert.Equal(SharedMemoryFile.CurrentUserId, LoopbackUsers.Find(remote, local));
        Assert.Null(
            LoopbackUsers.Find(new IPEndPoint(remote.Address, remote.Port ^ 1), new IPEndPoint(local.Address, 1)));

        // The kernel lists an end that is closed as user 0, which would be root.
        client.Close();
        Assert.Equal(0, await accepted.ReceiveAsync(new byte[1]).WaitAsync(Patience.Limit));
        Assert.Null(LoopbackUsers.Find(remote, local));
    }

    [Fact]
    public async Task VersionOfTheRepository_IsLoadedAndUnloaded()
    {
        using var packages = new PackageTesting();
        packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await packages.StartAsync();
        var service = CreateService(daemon);
        var repository = daemon.CreateClient().Packages;

        await service.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "test/2.0.0" });
        Assert.Equal(PackageState.Loaded, PackageTesting.StateOf(await repository.ListAsync(), "2.0.0"));
        await service.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { ModelName = "test/2.0.0" });
        Assert.Equal(PackageState.Installed, PackageTesting.StateOf(await repository.ListAsync(), "2.0.0"));
        Assert.Equal(StatusCode.FailedPrecondition, await CodeOfAsync(
            service.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { ModelName = "test/2.0.0" })));
    }

    public void Dispose() => _folder.Dispose();

    private static SystemSharedMemoryRegisterRequest Register(string name, string key) =>
        new() { Name = name, Key = key, ByteSize = 4096 };

    private static GRPCInferenceService.GRPCInferenceServiceClient CreateService(RunningDaemon daemon) =>
        new(daemon.CreateChannel());

    private static int CountOpen(string name) => Directory.EnumerateFiles("/proc/self/fd").Count(file =>
    {
        try
        {
            return new FileInfo(file).LinkTarget?.Contains(name, StringComparison.Ordinal) == true;
        }
        catch (IOException)
        {
            // Closed since it was listed.
            return false;
        }
    });

    private static async Task<StatusCode> CodeOfAsync<T>(AsyncUnaryCall<T> call)
    {
        try
        {
            await call.ResponseAsync.WaitAsync(Patience.Limit);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }
}
