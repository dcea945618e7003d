using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Takes what an OpenTelemetry exporter sends, over HTTP or gRPC, and keeps it.</summary>
internal sealed class OtlpCollector(WebApplication app) : IAsyncDisposable
{
    public ConcurrentQueue<byte[]> Metrics { get; } = new();

    public ConcurrentQueue<byte[]> Traces { get; } = new();

    public string Address => app.Urls.Single();

    public static async Task<OtlpCollector> StartAsync(bool isGrpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            System.Net.IPAddress.Loopback,
            0,
            listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.Run(collector.TakeAsync);
        await app.StartAsync().WaitAsync(Patience.Limit);
        return collector;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext call)
    {
        // What gRPC puts before a message: a byte for compression, four for its length.
        const int prefixLength = 5;
        using var body = new MemoryStream();
        await call.Request.Body.CopyToAsync(body);
        var isGrpc = call.Request.ContentType == "application/grpc";
        var kept = call.Request.Path.Value!.Contains("metrics", StringComparison.OrdinalIgnoreCase) ? Metrics : Traces;
        kept.Enqueue(body.ToArray()[(isGrpc ? prefixLength : 0)..]);
        if (isGrpc)
        {
            call.Response.ContentType = "application/grpc";
            await call.Response.Body.WriteAsync(new byte[prefixLength]);
            call.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
