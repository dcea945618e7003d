using System.Diagnostics;
using EdgeRestore.Client;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>A camera that sends the next frame when the last one is answered.</summary>
internal sealed class GoodStream : IAsyncDisposable
{
    private readonly RestoreClient _client;
    private readonly RestoreStream _stream;
    private readonly IAsyncEnumerator<RestoredFrame> _replies;
    private readonly byte[] _payload;

    private GoodStream(RestoreClient client, RestoreStream stream, byte[] payload)
    {
        (_client, _stream, _payload) = (client, stream, payload);
        _replies = stream.ReceiveAsync().GetAsyncEnumerator();
    }

    public static async Task<GoodStream> OpenAsync(Uri daemon, BenchmarkOptions options, Degradation route)
    {
        var client = new RestoreClient(daemon);
        var stream = await client.OpenAsync(LatencyBenchmark.Open(options.Width, options.Height, route));
        return new GoodStream(client, stream, LatencyBenchmark.Payload(options.Width, options.Height));
    }

    /// <summary>Adds the round trips of so much time, in milliseconds.</summary>
    /// <param name="time">How long; at least one frame.</param>
    /// <param name="samples">Takes them.</param>
    /// <param name="daemon">Held up for every frame under the negative control.</param>
    /// <param name="slowDown">For so long.</param>
    /// <param name="inDaemon">Takes what of it passed between the frame's arrival and its answer, as the daemon tells
    /// it.</param>
    public async Task MeasureAsync(
        TimeSpan time, Samples samples, ServerProcess daemon, TimeSpan slowDown, Samples? inDaemon = null)
    {
        var start = Stopwatch.GetTimestamp();
        do
        {
            var sent = Stopwatch.GetTimestamp();
            await _stream.SendAsync(_payload);
            daemon.HoldUp(slowDown);
            await _replies.MoveNextAsync();
            samples.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            LatencyBenchmark.RequireRestored(_replies.Current);
            inDaemon?.Add(InDaemon(_replies.Current));
        }
        while (Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Milliseconds between a frame's arrival and its answer.</summary>
    public static double InDaemon(RestoredFrame frame)
    {
        var times = frame.Timings!;
        return ((double)times.QueueUs + times.DecodeUs + times.ClassifyUs + times.RunUs + times.EncodeUs) / 1000;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        await _replies.DisposeAsync();
        _client.Dispose();
    }
}
