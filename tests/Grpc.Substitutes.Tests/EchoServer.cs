using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.Substitutes.Tests;

/// <summary>The real server on a loopback socket; disposing it fails the test if it logged an error
/// unannounced.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;
    private readonly ErrorLog _errors = new();

    private EchoServer(bool tls, Action<GrpcServiceOptions>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_errors);
        builder.Services.AddGrpc(options => configure?.Invoke(options));
        builder.Services.AddSingleton(this);
        builder.WebHost.UseKestrelHttpsConfiguration();
        _certificate = tls ? CreateCertificate() : null;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (_certificate is not null)
            {
                listen.UseHttps(_certificate);
            }
        }));
        _app = builder.Build();
        _app.MapGrpcService<EchoService>();
    }

    public Metadata? LastHeaders { get; set; }

    public DateTime LastDeadline { get; set; }

    public TaskCompletionSource CallArrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource CallCanceled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string[] AnnouncedErrors { get; init; } = [];

    public static async Task<EchoServer> StartAsync(
        bool tls = false, Action<GrpcServiceOptions>? configure = null, params string[] announcedErrors)
    {
        var server = new EchoServer(tls, configure) { AnnouncedErrors = announcedErrors };
        await server._app.StartAsync().WaitAsync(Patience);
        return server;
    }

    public GrpcChannel CreateChannel(ChannelCredentials? credentials = null) =>
        GrpcChannel.ForAddress(_app.Urls.Single(), new GrpcChannelOptions
        {
            Credentials = credentials,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                        certificate is not null && certificate.GetCertHashString() == _certificate?.GetCertHashString(),
                },
            },
        });

    public Task StopAsync() => _app.StopAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync().AsTask().WaitAsync(Patience);
        _certificate?.Dispose();
        Assert.DoesNotContain(_errors.Lines, line => !AnnouncedErrors.Any(line.Contains));
        Assert.All(AnnouncedErrors, announced => Assert.Contains(_errors.Lines, line => line.Contains(announced)));
    }

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Lines.Enqueue($"{formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
