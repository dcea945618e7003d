using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>What <c>/metrics</c> tells, read by Prometheus' own parser.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task FramesOfEveryFate_AreCountedWithRouteAndReason()
    {
        await using var daemon = await StartAsync();
        await using (var stream = await daemon.OpenAsync(Streaming.Rgb()))
        {
            await stream.ExchangeAsync(
                Streaming.Paint(),
                Streaming.Paint(),
                new byte[5],
                Streaming.Paint());
        }

        var samples = await ScrapeAsync(daemon);

        var bytes = 3 * Streaming.Width * Streaming.Height * 3;
        Assert.Equal(4, samples["edgerestore_frames_received_total{}"]);
        Assert.Equal(3, samples["edgerestore_frames_answered_total{edgerestore_route=noise,outcome=restored}"]);
        Assert.Equal(1, samples["edgerestore_frames_failed_total{error_type=input}"]);
        Assert.Equal(bytes + 5, samples["edgerestore_frames_io_bytes_total{network_io_direction=receive}"]);
        Assert.Equal(bytes, samples["edgerestore_frames_io_bytes_total{network_io_direction=transmit}"]);
        Assert.Equal(3, samples["edgerestore_route_confidence_ratio_count{edgerestore_route=noise}"]);
        Assert.Equal(3, samples["edgerestore_frame_duration_seconds_count{edgerestore_route=noise}"]);
        Assert.All(
            (string[])["queue", "decode", "classify", "run", "encode"],
            stage => Assert.Equal(
                3, samples[$"edgerestore_frame_stage_duration_seconds_count{{edgerestore_stage={stage}}}"]));
        Assert.Equal(1, samples["edgerestore_streams_opened_total{}"]);
    }

    [Fact]
    public async Task StateOfDaemon_IsToldAsGauges()
    {
        await using var daemon = await StartAsync(new LimitOptions { MaxStreams = 3 });
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        var samples = await ScrapeAsync(daemon);

        Assert.Equal(1, samples["edgerestore_streams_open{}"]);
        Assert.Equal(3, samples["edgerestore_streams_limit{}"]);
        Assert.Equal(0, samples["edgerestore_queue_frames{}"]);
        Assert.Equal(0, samples["edgerestore_queue_size_bytes{}"]);
        Assert.Equal(1, samples["edgerestore_provider_used{edgerestore_provider=cpu}"]);
        Assert.Equal(1, samples["edgerestore_engine_state{edgerestore_route=noise,state=ready}"]
            + samples["edgerestore_engine_state{edgerestore_route=noise,state=unbuilt}"]);
        Assert.Equal(1, samples.Single(sample => sample.Key.StartsWith("edgerestore_package_active{")).Value);
        Assert.True(samples["dotnet_process_memory_working_set_bytes{}"] > 0);
        Assert.Contains(samples.Keys, name => name.StartsWith("kestrel_active_connections", StringComparison.Ordinal));
    }

    [Fact]
    public async Task FramesThatWait_AreCountedAndWeighed()
    {
        await using var daemon = await StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());
        var receiving = stream.ReceiveAsync().ToListAsync();
        var payload = Streaming.Paint();
        using (await daemon.HoldEngineAsync())
        {
            await stream.SendAsync(payload);
            await daemon.WaitForFramesAsync(frames => frames.Received == 1);
            var samples = await ScrapeAsync(daemon);
            Assert.Equal(1, samples["edgerestore_queue_frames{}"]);
            Assert.Equal(payload.Length, samples["edgerestore_queue_size_bytes{}"]);
        }

        await stream.CompleteAsync();
        await receiving;
        Assert.Equal(0, (await ScrapeAsync(daemon))["edgerestore_queue_frames{}"]);
    }

    [Fact]
    public async Task LiveFramesThatAreSuperseded_AreCountedAsDropped()
    {
        await using var daemon = await StartAsync();
        var settings = Streaming.Rgb();
        settings.Delivery = Delivery.Live;
        await using var stream = await daemon.OpenAsync(settings);
        var receiving = stream.ReceiveAsync().ToListAsync();
        using (await daemon.HoldEngineAsync())
        {
            for (var sent = 0; sent < 5; sent++)
            {
                await stream.SendAsync(Streaming.Paint());
            }

            await daemon.WaitForFramesAsync(frames => frames.Received == 5);
        }

        await stream.CompleteAsync();
        var replies = await receiving;

        Assert.Equal(
            5 - replies.Count, (await ScrapeAsync(daemon))["edgerestore_frames_dropped_total{reason=superseded}"]);
    }

    [Fact]
    public async Task RoutesThatChange_AreCountedAsSwitches()
    {
        await using var daemon = await StartAsync();
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        // Hysteresis wants a few frames of the same before it follows.
        var replies = await stream.ExchangeAsync(
            [.. Enumerable.Repeat(Streaming.Paint(), 3), .. Enumerable.Repeat(Streaming.Paint(Degradation.Rain), 12)]);

        Assert.Equal(Degradation.Rain, replies[^1].Route);
        Assert.Equal(1, (await ScrapeAsync(daemon))["edgerestore_route_switches_total{edgerestore_route=rain}"]);
    }

    [Fact]
    public async Task RefusedStreams_AreCountedByStatus()
    {
        await using var daemon = await StartAsync(new LimitOptions { MaxStreams = 1 });
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        await Assert.ThrowsAsync<Client.DaemonException>(() => daemon.OpenAsync(Streaming.Rgb()));

        Assert.Equal(
            1,
            (await ScrapeAsync(daemon))[
                "edgerestore_streams_refused_total{rpc_grpc_status_code=RESOURCE_EXHAUSTED}"]);
    }

    [Fact]
    public void RecordingAFrame_AfterTheFirst_AllocatesNothing()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new DaemonMetrics();
        using var collection = new MetricCollection(metrics, services.GetRequiredService<IMeterFactory>());
        var frameCount = 0;

        var bytes = AllocationMeter.LeastBytes(
            () =>
            {
                Record(metrics);
                frameCount++;
            },
            frameCount: 1000);

        Assert.Equal(0, bytes);
        Assert.Contains(
            $"edgerestore_frames_received_total {frameCount}\n", PrometheusText.Write(collection.Collect()));
    }

    [Fact]
    public async Task TextThatNeedsEscapes_ComesBackAsItWas()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new DaemonMetrics();
        using var collection = new MetricCollection(metrics, services.GetRequiredService<IMeterFactory>());
        metrics.Meter.CreateCounter<long>("edgerestore.odd", null, "A \\ and a\nline.")
            .Add(7, new KeyValuePair<string, object?>("odd.name", "a \"quoted\\ name\" é"));

        var samples = await ParseAsync(PrometheusText.Write(collection.Collect()));

        Assert.Equal(7, samples["edgerestore_odd_total{odd_name=a \"quoted\\ name\" é}"]);
    }

    private static void Record(DaemonMetrics metrics)
    {
        metrics.FrameEntered(1000);
        metrics.FrameLeft(1000);
        metrics.FrameDropped("superseded");
        metrics.FrameFailed(RestoreError.Engine);
        metrics.RouteSwitched(Degradation.Rain);
        metrics.StreamRefused(StatusCode.ResourceExhausted);
        var time = TimeSpan.FromMilliseconds(3);
        metrics.FrameAnswered(
            new RestoreResult(RestoreError.None, null, Degradation.Noise, BypassReason.None, 0.9f, time, time),
            new StageTimes(time, time, time, time),
            1000);
    }

    private static Task<RunningDaemon> StartAsync(LimitOptions? limits = null) => RunningDaemon.StartAsync(
        limits: limits,
        configure: settings => settings with
        {
            Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" },
        });

    private static async Task<Dictionary<string, double>> ScrapeAsync(RunningDaemon daemon)
    {
        using var http = new HttpClient { Timeout = Patience.Limit };
        using var response = await http.GetAsync(new Uri(daemon.HttpAddress, "/metrics"));
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return await ParseAsync(await response.Content.ReadAsStringAsync());
    }

    private static async Task<Dictionary<string, double>> ParseAsync(string text)
    {
        await ForeignProgram.RequireAsync(ForeignProgram.Python, "-c", "import prometheus_client");
        var output = await ForeignProgram.RunAsync(
            ForeignProgram.Python, [ForeignProgram.Client("metrics.py")], Encoding.UTF8.GetBytes(text));
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            line => line[..line.LastIndexOf(' ')],
            line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }
}
