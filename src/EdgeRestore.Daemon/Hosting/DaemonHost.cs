using System.Runtime.InteropServices;
using EdgeRestore.Daemon.Faults;
using EdgeRestore.Daemon.OpenInference;
using EdgeRestore.Daemon.Packages;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Services;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Singles;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Protocol;
using Grpc.AspNetCore.Server.Model;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using ListenOptions = EdgeRestore.Daemon.Settings.ListenOptions;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>A daemon that serves; disposing it stops it.</summary>
internal sealed class DaemonHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StreamHost _streams;
    private readonly ILogger _logger;

    private DaemonHost(WebApplication app, StreamHost streams)
    {
        _app = app;
        _streams = streams;
        _logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("EdgeRestore.Daemon");
    }

    /// <summary>What its streams share.</summary>
    public StreamHost Streams => _streams;

    /// <summary>Where it listens; the port is the one taken when any was asked for.</summary>
    public Uri Address => ReadAddresses().First();

    /// <summary>Where HTTP/1.1 is served, if it is.</summary>
    public Uri? HttpAddress => ReadAddresses().Skip(1).FirstOrDefault();

    /// <summary>Runs a daemon until it is told to stop, and tells standard output when it is ready.</summary>
    /// <exception cref="EdgeRestoreException">Package, device or port do not allow it.</exception>
    public static async Task RunAsync(DaemonSettings settings)
    {
        // A terminal that closes, or somebody's habit: what may change is read anew without it, and it is no reason to
        // end.
        using var hangUp = OperatingSystem.IsWindows() ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        await using var daemon = await StartAsync(
            settings, logging => LogToStandardError(logging, settings.Telemetry.LogFormat));
        using var export = settings.Telemetry.Otlp is null ? null : new OtlpExport(settings.Telemetry);
        Console.WriteLine($"listening on {daemon.Address.ToString().TrimEnd('/')}");
        if (daemon.HttpAddress is { } http)
        {
            Console.WriteLine($"serving HTTP/1.1 on {http.ToString().TrimEnd('/')}");
        }

        ServiceManager.Notify("READY=1");
        daemon._app.Lifetime.ApplicationStopping.Register(() => ServiceManager.Notify("STOPPING=1"));
        await daemon._app.WaitForShutdownAsync();
        Log.Stopped(daemon._logger, daemon._streams.Registry.Total.Read().Received);
    }

    /// <summary>Starts a daemon: (1) package, (2) engines, (3) socket. It serves when this returns.</summary>
    /// <exception cref="EdgeRestoreException">Package, device or port do not allow it.</exception>
    public static async Task<DaemonHost> StartAsync(
        DaemonSettings settings, Action<ILoggingBuilder> configureLogging, TimeProvider? clock = null,
        LoadRestorer? load = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        clock ??= TimeProvider.System;

        // 1, 2
        var package = PackageStart.Run(settings, clock, load);
        var streams = new StreamHost(
            package.Served, settings.Limits, settings.Peers, settings.Engine.Concurrency, clock)
        {
            Tap = new FrameTap(clock) { Options = settings.Tap },
        };

        // 3
        WebApplication app;
        try
        {
            app = Build(settings, package, streams, configureLogging);
        }
        catch
        {
            streams.Dispose();
            throw;
        }

        var daemon = new DaemonHost(app, streams);
        try
        {
            await daemon._app.StartAsync();
        }
        catch (EdgeRestoreException)
        {
            await daemon.DisposeAsync();
            throw;
        }

        daemon.Announce(settings, start);
        return daemon;
    }

    /// <summary>Stops taking streams, and lets the open ones finish.</summary>
    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _streams.Dispose();
    }

    private static void LogToStandardError(ILoggingBuilder logging, string format)
    {
        logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        switch (format.ToLowerInvariant())
        {
            case "json":
                logging.AddJsonConsole(json => json.UseUtcTimestamp = true);
                break;
            case "systemd":
                logging.AddSystemdConsole();
                break;
        }
    }

    private static WebApplication Build(
        DaemonSettings settings, PackageStart package, StreamHost streams, Action<ILoggingBuilder> configureLogging)
    {
        // Empty: no configuration file of the working folder, no environment variable changes what is served.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        configureLogging(builder.Logging);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning);

        // A start that fails is told by whoever started it, in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Services.Configure<HostOptions>(
            host => host.ShutdownTimeout = TimeSpan.FromSeconds(settings.Listen.DrainSeconds));
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddRouting();
        builder.Services.AddMetrics();
        builder.Services.AddSingleton(streams);
        builder.Services.AddSingleton(streams.Clock);
        AddPackages(builder.Services, settings, package, streams);
        builder.Services.AddSingleton<InferenceStatistics>();
        builder.Services.AddSingleton<SharedRegions>();
        builder.Services.AddSingleton<DrainSignal>();
        builder.Services.AddSingleton<CallDrain>();
        builder.Services.AddHostedService(services => services.GetRequiredService<CallDrain>());
        if (string.Equals(settings.Engine.Preload, "all", StringComparison.OrdinalIgnoreCase))
        {
            builder.Services.AddHostedService<EnginePreload>();
        }

        builder.Services.AddHostedService<EngineRefresh>();
        builder.Services.AddSingleton<IServiceMethodProvider<RestoreStreams>, RestoreStreamMethods>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = settings.Limits.MaxPayloadBytes + WireLimits.MessageOverheadBytes;
            grpc.MaxSendMessageSize = null;
        });
        builder.Services.AddSingleton(services => DaemonSecurity.Load(
            settings.Security,
            streams,
            services.GetRequiredService<ILoggerFactory>().CreateLogger("EdgeRestore.Daemon.Security")));
        builder.Services.Configure<SocketTransportOptions>(sockets =>
            sockets.CreateBoundListenSocket = endpoint => ListenSocket.Open(endpoint, settings.Listen));
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            // A stream is one request that lasts for months, with pauses.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(settings.Peers.PingSeconds);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(settings.Peers.PingSeconds) / 2;
            kestrel.Limits.Http2.MaxStreamsPerConnection = Math.Max(100, settings.Limits.MaxStreams + 16);
            kestrel.Limits.MaxConcurrentConnections = settings.Peers.MaxConnections;
            kestrel.Limits.MaxRequestHeadersTotalSize = settings.Peers.MaxHeaderBytes;
            kestrel.Limits.Http2.MaxRequestHeaderFieldSize = settings.Peers.MaxHeaderBytes;
            kestrel.AddServerHeader = false;
            var share = new ConnectionShare(settings.Peers);
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(share.Limit));
            Listen(kestrel, settings.Listen, kestrel.ApplicationServices.GetRequiredService<DaemonSecurity>().Tls);
        });
        var app = builder.Build();
        var security = app.Services.GetRequiredService<DaemonSecurity>();
        var drain = app.Services.GetRequiredService<CallDrain>();
        app.Use(next => call => drain.InvokeAsync(call, next));
        app.Use(next => call => security.Gate.InvokeAsync(call, next));
        app.UseRouting();
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<RestoreStreams>();
        app.MapGrpcService<AdminPackages>();
        app.MapGrpcService<FrameTaps>();
        app.MapGrpcService<InferenceService>();
        app.MapGrpcService<HealthService>();
        app.MapGrpcService<ReflectionService>();
        MetricsEndpoint.Map(app, streams.Metrics);
        RestoreEndpoint.Map(app, streams, app.Services.GetRequiredService<DrainSignal>());
        return app;
    }

    private static void AddPackages(
        IServiceCollection services, DaemonSettings settings, PackageStart package, StreamHost streams)
    {
        services.AddSingleton(package);
        services.AddSingleton(provider => new Rollout(
            package, streams, settings.Packages, provider.GetRequiredService<ILogger<Rollout>>()));
        services.AddHostedService<ActivationWatch>();
        services.AddSingleton<WedgeSignal>();
        services.AddHostedService(provider => new WedgeWatch(
            streams,
            settings.Engine,
            provider.GetRequiredService<WedgeSignal>(),
            provider.GetRequiredService<ILoggerFactory>(),
            ServiceManager.Exit));
    }

    private static void Listen(KestrelServerOptions kestrel, ListenOptions options, TlsFiles? tls)
    {
        var isFirst = true;
        foreach (var endpoint in options.ParseEndpoints())
        {
            // Without TLS there is no telling the two versions apart, so each has an endpoint.
            var protocols = tls is not null ? HttpProtocols.Http1AndHttp2
                : isFirst ? HttpProtocols.Http2 : HttpProtocols.Http1;
            isFirst = false;
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = protocols;
                if (tls is not null)
                {
                    listen.UseHttps(tls.CreateHandshake());
                }
            });
        }
    }

    // Kestrel writes a socket's path behind a host of its own making.
    private IEnumerable<Uri> ReadAddresses() => _app.Services.GetRequiredService<IServer>().Features
        .Get<IServerAddressesFeature>()!.Addresses
        .Select(address => new Uri(address.IndexOf("://unix:", StringComparison.Ordinal) is > 0 and var index
            ? address[(index + "://".Length)..] : address));

    private void Announce(DaemonSettings settings, long start)
    {
        foreach (var step in _streams.Restorer.Providers.Where(step => !step.IsUsed))
        {
            Log.ProviderSkipped(_logger, step.Provider, step.Reason);
        }

        if (settings.Security.Insecure)
        {
            foreach (var endpoint in settings.Listen.ListExposed())
            {
                Log.ListeningBeyondLoopback(_logger, endpoint.ToString()!);
            }
        }

        var manifest = _streams.Restorer.Package.Manifest;
        Log.Listening(
            _logger,
            manifest.Name,
            manifest.Version,
            manifest.Routes.Length,
            _streams.Device,
            Address.ToString(),
            (long)TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        _app.Lifetime.ApplicationStopping.Register(
            () => Log.Draining(_logger, _streams.Registry.OpenCount, settings.Listen.DrainSeconds));
    }
}
