using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.EndToEnd.Fixtures;

namespace EdgeRestore.EndToEnd;

/// <summary>
/// One trace from the client's stream to each of its frames in the daemon, and what a collector gets.
/// </summary>
public sealed class TracingTests
{
    [Fact]
    public async Task ClientsTrace_IsContinuedByTheDaemonDownToEachFrame()
    {
        var spans = new ConcurrentQueue<Activity>();
        var trace = ActivityTraceId.CreateRandom();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "EdgeRestore.Client" or "EdgeRestore.Daemon",

            // Other tests run at the same time, and their spans are none of this one's.
            Sample = (ref ActivityCreationOptions<ActivityContext> asked) => asked.TraceId == trace
                ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = span => spans.Enqueue(span),
        };
        ActivitySource.AddActivityListener(listener);
        using (var camera = new Activity("camera")
            .SetParentId(trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start())
        {
            await using var daemon = await RunningDaemon.StartAsync();
            await using var stream = await daemon.OpenAsync(Streaming.Rgb());
            await stream.ExchangeAsync(Streaming.Paint(), new byte[3]);
        }

        var client = Assert.Single(spans, span => span.Source.Name == "EdgeRestore.Client");
        var call = Assert.Single(spans, span => span.Kind == ActivityKind.Server);
        var frames = spans.Where(span => span.OperationName == "restore frame").ToList();
        Assert.Equal("camera", client.Parent!.OperationName);
        Assert.Equal(client.SpanId, call.ParentSpanId);
        Assert.All(frames, frame => Assert.Equal(call.SpanId, frame.ParentSpanId));
        Assert.Equal("test", call.GetTagItem("edgerestore.stream"));
        Assert.Equal([1L, 2L], frames.Select(frame => frame.GetTagItem("edgerestore.frame.sequence")));
        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], frames.Select(frame => frame.Status));
        Assert.Equal("noise", frames[0].GetTagItem("edgerestore.route"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("grpc")]
    public async Task Collector_GetsMetricsAndSpans(string protocol)
    {
        await using var collector = await OtlpCollector.StartAsync(isGrpc: protocol == "grpc");
        var options = new TelemetryOptions
        {
            Otlp = collector.Address,
            OtlpProtocol = protocol,
            OtlpSeconds = 3600,
            TracePercent = 100,
        };
        await using (var daemon = await RunningDaemon.StartAsync())
        {
            // Disposing it reports what has not been reported.
            using var export = new OtlpExport(options);
            await using var stream = await daemon.OpenAsync(Streaming.Rgb());
            await stream.ExchangeAsync(Streaming.Paint());
        }

        var metrics = await DecodeAsync(collector.Metrics);
        var traces = await DecodeAsync(collector.Traces);

        Assert.Contains("\"edgerestore.frames.answered\"", metrics, StringComparison.Ordinal);
        Assert.Contains("\"edgerestore-daemon\"", metrics, StringComparison.Ordinal);
        Assert.Contains("\"restore frame\"", traces, StringComparison.Ordinal);
        Assert.Contains("\"edgerestore.v1.RestoreService/Restore\"", traces, StringComparison.Ordinal);
    }

    private static async Task<string> DecodeAsync(IEnumerable<byte[]> messages)
    {
        var text = new StringBuilder();
        foreach (var message in messages)
        {
            text.Append(await ForeignProgram.RunAsync("protoc", ["--decode_raw"], message));
        }

        return text.ToString();
    }
}
