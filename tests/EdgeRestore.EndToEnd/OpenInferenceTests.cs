using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// The Open Inference Protocol, spoken by a client of other tools' making and by one that breaks its rules.
/// </summary>
public sealed class OpenInferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task PythonGrpcio_FindsModelsAndInfers()
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import grpc, google.protobuf");
        await ForeignProgram.RunAsync(
            "protoc",
            [
                $"-I{ForeignProgram.Root}/proto", $"--python_out={_folder.Path}", $"--grpc_out={_folder.Path}",
                "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                "inference/grpc_service.proto", "inference/model_config.proto",
            ]);
        File.WriteAllBytes(_folder.Combine("frame.jpg"), Streaming.Encode(ImageCodec.Jpeg));
        await using var daemon = await RunningDaemon.StartAsync(new TestPackage());

        var output = await ForeignProgram.RunAsync(
            ForeignProgram.Python,
            [ForeignProgram.Client("open_inference.py"), daemon.Address.Authority, _folder.Combine("frame.jpg")],
            pythonPath: _folder.Path);

        // Route k adds LevelsOf(k) to every byte; blue is the third.
        var (noise, rain) = (TestPackage.LevelsOf(Degradation.Noise), TestPackage.LevelsOf(Degradation.Rain));
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            line => line[..line.IndexOf(' ')]
                + (line.StartsWith("stream", StringComparison.Ordinal) ? line.GetHashCode() : ""));
        Assert.Equal("live True ready True model True", lines["live"]);
        Assert.Equal(
            "config restore-noise 0 frame 2 1 [-1, -1, -1, 3] ['restored', 'route', 'confidence', 'bypassed']",
            lines["config"]);
        Assert.Equal("metadata classify UINT8 [-1, -1, -1, 3] ['route', 'confidence']", lines["metadata"]);
        Assert.Equal("index 14 ['classify', 'restore'] READY", lines["index"]);
        Assert.Equal(
            $"auto restore 7 restored:UINT8[1, 48, 64, 3]=[{5 + noise}, 9216] route:BYTES[1]=['noise'] "
            + "confidence:FP32[1]=[1.0] bypassed:BOOL[1]=[0]",
            lines["auto"]);
        Assert.Equal($"fixed restore-rain 7 restored:UINT8[48, 64, 3]=[{5 + rain}, 9216]", lines["fixed"]);
        Assert.StartsWith(
            $"batch restore-noise 7 restored:UINT8[2, 48, 64, 3]=[{1 + noise}, 18432] route:BYTES[2]=['noise', "
            + "'noise']",
            lines["batch"],
            StringComparison.Ordinal);
        Assert.StartsWith(
            "image restore-noise 7 restored:UINT8[1, 48, 64, 3]=[", lines["image"], StringComparison.Ordinal);
        Assert.Equal("codec restore-noise 7 restored:BYTES[1]=['89504e47']", lines["codec"]);
        Assert.Equal("class classify 7 route:BYTES[1]=['noise'] confidence:FP32[1]=[1.0]", lines["class"]);
        Assert.Equal($"typed restore-noise 7 restored:UINT8[1, 48, 64, 3]=[{9 + noise}, 9216]", lines["typed"]);
        Assert.Equal(
            "refused NOT_FOUND INVALID_ARGUMENT INVALID_ARGUMENT INVALID_ARGUMENT INVALID_ARGUMENT INVALID_ARGUMENT "
            + "INVALID_ARGUMENT",
            lines["refused"]);
        Assert.Equal(
            [
                "stream restore 7 route:BYTES[1]=['noise']",
                "stream error 7 'frame' has 5 bytes",
                $"stream restore-rain 7 restored:UINT8[1, 48, 64, 3]=[{3 + rain}, 9216]",
            ],
            output.Split('\n').Where(line => line.StartsWith("stream", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ClientOfNode_InfersModelByModelAndInAStream()
    {
        await ForeignProgram.RequireAsync("node", "--version");
        await using var daemon = await RunningDaemon.StartAsync();

        var output = await ForeignProgram.RunAsync(
            "node", [ForeignProgram.Client("open_inference.js"), daemon.Address.Authority]);

        var (noise, rain) = (TestPackage.LevelsOf(Degradation.Noise), TestPackage.LevelsOf(Degradation.Rain));
        Assert.Equal(
            [
                "live=true ready=true",
                $"restore 5 blue={5 + noise} length=9216 route=noise confidence=1.00 bypassed=0",
                $"restore-rain 1 blue={1 + rain} length=9216 route=rain confidence=1.00 bypassed=0",
                $"restore-rain 2 blue={2 + rain} length=9216 route=rain confidence=1.00 bypassed=0",
                "NOT_FOUND",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task StreamThatAsksForStatuses_EndsWithOne()
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        using var call = service.ModelStreamInfer(new Metadata { { "triton_grpc_error", "true" } });

        await call.RequestStream.WriteAsync(new ModelInferRequest { ModelName = "no-such" });

        var exception = await Assert.ThrowsAsync<RpcException>(
            () => call.ResponseStream.MoveNext(CancellationToken.None).WaitAsync(Patience.Limit));
        Assert.Equal(StatusCode.NotFound, exception.StatusCode);
    }

    [Fact]
    public async Task RequestsBeyondTheStreamsThatThereAre_AreRefused()
    {
        await using var daemon = await RunningDaemon.StartAsync(limits: new LimitOptions { MaxStreams = 1 });
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        Assert.Equal(StatusCode.ResourceExhausted, await InferAsync(daemon, Request()));
    }

    [Fact]
    public async Task FrameBeyondTheLimits_IsRefusedAsAStreamsWouldBe()
    {
        await using var daemon = await RunningDaemon.StartAsync(
            limits: new LimitOptions { MaxWidth = 32, MaxHeight = 32, MaxPixels = 1024 });

        Assert.Equal(StatusCode.InvalidArgument, await InferAsync(daemon, Request()));
    }

    [Fact]
    public async Task RequestWhoseTimeoutPassesBeforeItsTurn_IsTold()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(clock: clock);
        var request = Request();
        request.Parameters["timeout"] = new InferParameter { Int64Param = 5000 };
        using (await daemon.HoldEngineAsync())
        {
            var answer = InferAsync(daemon, request);
            await clock.WaitForTimerAsync(TimeSpan.FromMilliseconds(5));
            clock.Advance(TimeSpan.FromMilliseconds(5));

            Assert.Equal(StatusCode.DeadlineExceeded, await answer);
        }
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.5, 1)]
    [InlineData(1.0, 2)]
    public async Task Strength_BlendsWithTheInput(double strength, int halves)
    {
        await using var daemon = await RunningDaemon.StartAsync();
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        var request = Request("restore-rain");
        request.Parameters["strength"] = new InferParameter { DoubleParam = strength };

        var reply = await service.ModelInferAsync(request).ResponseAsync.WaitAsync(Patience.Limit);

        var (given, restored) = (request.RawInputContents[0], reply.RawOutputContents[0]);
        Assert.Equal(
            given[TestFrames.BlueOffset] + (halves * TestPackage.LevelsOf(Degradation.Rain) / 2),
            restored[TestFrames.BlueOffset]);
    }

    [Fact]
    public async Task SubnetworkThatFails_IsAnInternalErrorAndTheDaemonGoesOn()
    {
        await using var daemon = await RunningDaemon.StartAsync(TestPackage.Of(new TestNetwork.FailsUnless(64, 64)));

        Assert.Equal(StatusCode.Internal, await InferAsync(daemon, Request("restore-noise")));
        Assert.Equal(StatusCode.OK, await InferAsync(daemon, Request("classify")));
    }

    public void Dispose() => _folder.Dispose();

    private static ModelInferRequest Request(string model = "restore") => Streaming.InferRequest(model);

    private static async Task<StatusCode> InferAsync(RunningDaemon daemon, ModelInferRequest request)
    {
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        try
        {
            await service.ModelInferAsync(request).ResponseAsync.WaitAsync(Patience.Limit);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }
}
