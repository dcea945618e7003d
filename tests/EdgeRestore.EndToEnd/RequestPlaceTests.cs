using System.Net;
using System.Net.Sockets;
using System.Text;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// Requests that come one by one hold a place while they are worked on, and wait for one in line instead of being
/// refused.
/// </summary>
public sealed class RequestPlaceTests
{
    private static readonly Peer Greedy = new("greedy");
    private static readonly Peer Other = new("other");

    [Fact]
    public async Task MoreRequestsThanPlacesAtOnce_AreAllAnsweredAndOthersGetIn()
    {
        // Twelve of sixteen places are one client's, and a connection carries a hundred calls.
        const int count = 100;
        await using var daemon = await RunningDaemon.StartAsync();
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        List<Task<ModelInferResponse>> answers;
        using (await daemon.HoldEngineAsync())
        {
            answers = [.. Enumerable.Range(0, count).Select(_ => service.ModelInferAsync(Request()).ResponseAsync)];
            var registry = daemon.Streams.Registry;
            await Patience.UntilSeenAsync(() => registry.OpenCount + registry.WaitingCount, seen => seen == count);

            Assert.Equal((12, count - 12), (registry.OpenCount, registry.WaitingCount));
            await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        }

        foreach (var answer in await Task.WhenAll(answers).WaitAsync(Patience.Limit))
        {
            Assert.Equal(4, answer.RawOutputContents.Count);
        }

        await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, open => open == 0);
        await Patience.UntilSeenAsync(() => daemon.Streams.Memory.ReservedBytes, bytes => bytes == 0);
    }

    // Three of four places may be one client's.
    [Fact]
    public async Task RequestOfAClientWhoseCamerasHaveItsShare_IsRefusedAndDoesNotWaitForOthers()
    {
        var registry = new StreamRegistry(4, 75, TimeProvider.System);
        var cameras = Enumerable.Range(0, 3).Select(_ => registry.TryEnter(Greedy, out var _)!).ToArray();
        var (held, _) = await registry.EnterAsync(Other, CancellationToken.None);

        var (place, refusal) = await registry.EnterAsync(Greedy, CancellationToken.None).AsTask()
            .WaitAsync(Patience.Limit);

        Assert.Null(place);
        Assert.Equal(PlaceRefusal.PeerHasItsShare, refusal);
        held!.Dispose();
        Array.ForEach(cameras, camera => camera.Dispose());
    }

    [Fact]
    public async Task RequestInLine_WhoseLastPlaceACameraTakes_IsToldThen()
    {
        var registry = new StreamRegistry(4, 75, TimeProvider.System);
        using var first = registry.TryEnter(Greedy, out _);
        using var second = registry.TryEnter(Greedy, out _);
        var (running, _) = await registry.EnterAsync(Greedy, CancellationToken.None);
        var (other, _) = await registry.EnterAsync(Other, CancellationToken.None);
        var waiting = registry.EnterAsync(Greedy, CancellationToken.None).AsTask();
        Assert.False(waiting.IsCompleted);

        running!.Dispose();
        var (place, _) = await waiting.WaitAsync(Patience.Limit);
        var next = registry.EnterAsync(Greedy, CancellationToken.None).AsTask();
        other!.Dispose();
        Assert.False(next.IsCompleted);
        place!.Dispose();
        (await next.WaitAsync(Patience.Limit)).Place!.Dispose();
        using var third = registry.TryEnter(Greedy, out _);

        var (none, refusal) = await registry.EnterAsync(Greedy, CancellationToken.None).AsTask()
            .WaitAsync(Patience.Limit);

        Assert.Null(none);
        Assert.Equal(PlaceRefusal.PeerHasItsShare, refusal);
        Assert.Equal(0, registry.WaitingCount);
    }

    [Fact]
    public async Task RequestWhoseTimeoutPassesInLine_IsToldAndLeavesTheLine()
    {
        var clock = new ManualClock();
        await using var daemon = await RunningDaemon.StartAsync(
            limits: new LimitOptions { MaxStreams = 1 }, clock: clock);
        var service = new GRPCInferenceService.GRPCInferenceServiceClient(daemon.CreateChannel());
        using (await daemon.HoldEngineAsync())
        {
            var first = service.ModelInferAsync(Request()).ResponseAsync;
            await Patience.UntilSeenAsync(() => daemon.Streams.Registry.OpenCount, open => open == 1);
            var request = Request();
            request.Parameters["timeout"] = new InferParameter { Int64Param = 5000 };
            var second = service.ModelInferAsync(request).ResponseAsync;
            await Patience.UntilSeenAsync(() => daemon.Streams.Registry.WaitingCount, waiting => waiting == 1);
            clock.Advance(TimeSpan.FromMilliseconds(5));

            var told = await Assert.ThrowsAsync<RpcException>(() => second.WaitAsync(Patience.Limit));
            Assert.Equal((StatusCode.DeadlineExceeded, 0), (told.StatusCode, daemon.Streams.Registry.WaitingCount));
            Assert.False(first.IsCompleted);
        }
    }

    [Fact]
    public async Task ImageThatComesSlowly_HoldsNoPlace()
    {
        await using var daemon = await RunningDaemon.StartAsync(
            limits: new LimitOptions { MaxStreams = 1, OpenSeconds = 3600 },
            configure: settings => settings with { Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" } });
        using var slow = new TcpClient();
        await slow.ConnectAsync(daemon.HttpAddress.Host, daemon.HttpAddress.Port).WaitAsync(Patience.Limit);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /v1/restore HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nthe first of many"));
        await Patience.UntilSeenAsync(() => daemon.Streams.Memory.ReservedBytes, bytes => bytes > 0);

        using var http = new HttpClient { Timeout = Patience.Limit };
        using var image = new ByteArrayContent(Streaming.Encode(ImageCodec.Jpeg));
        using var answer = await http.PostAsync(new Uri(daemon.HttpAddress, "/v1/restore"), image);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Enter_AllPlacesAreCameras_IsRefusedAtOnce()
    {
        var registry = Create(maxStreams: 1);
        using var camera = registry.TryEnter(Other, out _);

        Assert.Equal((null, PlaceRefusal.AllTaken), await registry.EnterAsync(Greedy, default));
    }

    [Fact]
    public async Task Enter_PlaceIsGivenBack_GoesToTheFirstInLineThatHasNotItsShare()
    {
        var registry = Create(maxStreams: 4);
        var greedy = new List<StreamRegistry.OpenedStream>();
        for (var index = 0; index < 3; index++)
        {
            greedy.Add((await registry.EnterAsync(Greedy, default)).Place!);
        }

        var last = (await registry.EnterAsync(Other, default)).Place!;
        var waitingGreedy = registry.EnterAsync(Greedy, default).AsTask();
        var waitingOther = registry.EnterAsync(Other, default).AsTask();

        // The greedy one came first, but has its share; a camera does not overtake either.
        last.Dispose();
        var other = (await waitingOther.WaitAsync(Patience.Limit)).Place!;
        Assert.False(waitingGreedy.IsCompleted);
        Assert.Null(registry.TryEnter(Other, out var refusal));
        Assert.Equal(PlaceRefusal.AllTaken, refusal);

        greedy[0].Dispose();
        Assert.Equal(Greedy, (await waitingGreedy.WaitAsync(Patience.Limit)).Place!.Peer);
        other.Dispose();
        Assert.Equal((3, 0), (registry.OpenCount, registry.WaitingCount));
    }

    [Fact]
    public async Task Enter_Cancelled_LeavesTheLineAndTakesNoPlace()
    {
        var registry = Create(maxStreams: 1);
        var place = (await registry.EnterAsync(Other, default)).Place!;
        using var source = new CancellationTokenSource();
        var waiting = registry.EnterAsync(Greedy, source.Token).AsTask();
        Assert.Equal(1, registry.WaitingCount);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience.Limit));
        place.Dispose();
        Assert.Equal((0, 0), (registry.OpenCount, registry.WaitingCount));
    }

    [Fact]
    public async Task Enter_LineIsFull_IsRefusedWithTheLimit()
    {
        // Four places, of which three are one client's: 24 of 32 in line are one's, too.
        var registry = Create(maxStreams: 4);
        for (var index = 0; index < 3 + 24; index++)
        {
            _ = registry.EnterAsync(Greedy, default).AsTask();
        }

        var (_, mine) = await registry.EnterAsync(Greedy, default);
        Assert.Equal(PlaceRefusal.PeerWaitsEnough, mine);
        Assert.Contains("24 requests of this client wait", registry.Explain(mine).Detail, StringComparison.Ordinal);
        for (var index = 0; index < 1 + 8; index++)
        {
            _ = registry.EnterAsync(Other, default).AsTask();
        }

        var (_, all) = await registry.EnterAsync(new Peer("third"), default);
        Assert.Equal(PlaceRefusal.TooManyWait, all);
        Assert.Contains("32 requests wait", registry.Explain(all).Detail, StringComparison.Ordinal);
    }

    private static StreamRegistry Create(int maxStreams) => new(maxStreams, sharePercent: 75, TimeProvider.System);

    private static ModelInferRequest Request() => Streaming.InferRequest("restore-noise");
}
