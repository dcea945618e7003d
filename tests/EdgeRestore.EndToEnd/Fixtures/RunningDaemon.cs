using EdgeRestore.Client;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Packages;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// A daemon in this process behind a real socket; disposing it fails the test if it logged errors unannounced.
/// </summary>
internal sealed class RunningDaemon : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly DaemonHost _host;
    private readonly List<IDisposable> _clients = [];

    private RunningDaemon(TemporaryFolder folder, DaemonHost host, LogCapture log)
    {
        _folder = folder;
        _host = host;
        Log = log;
    }

    public LogCapture Log { get; }

    /// <summary>Errors that the test provokes.</summary>
    public List<string> AnnouncedErrors { get; } = [];

    public Uri Address => _host.Address;

    /// <summary>Where HTTP/1.1 is served, when the settings ask for it.</summary>
    public Uri HttpAddress => _host.HttpAddress!;

    public StreamHost Streams => _host.Streams;

    public static async Task<RunningDaemon> StartAsync(
        TestPackage? package = null,
        LimitOptions? limits = null,
        TimeProvider? clock = null,
        int drainSeconds = 30,
        string preload = "none",
        PackageOptions? packages = null,
        LoadRestorer? load = null,
        Func<DaemonSettings, DaemonSettings>? configure = null)
    {
        var folder = new TemporaryFolder();
        var log = new LogCapture();
        (package ?? new TestPackage()).Write(folder.Combine("package"));
        var settings = new DaemonSettings
        {
            Listen = new ListenOptions { Endpoint = "127.0.0.1:0", DrainSeconds = drainSeconds },
            Engine = new EngineOptions { Threads = 1, Preload = preload },
            Providers = new ProviderOptions { Device = "cpu" },
            Limits = limits ?? new LimitOptions(),
            Packages = (packages ?? new PackageOptions()) with { Package = folder.Combine("package") },
        };
        var starting = DaemonHost.StartAsync(
            configure?.Invoke(settings) ?? settings,
            logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log),
            clock,
            load);
        var host = await starting.WaitAsync(Patience.Limit);
        return new RunningDaemon(folder, host, log);
    }

    /// <summary>Disposes a client with the daemon.</summary>
    public T Keep<T>(T client)
        where T : IDisposable
    {
        _clients.Add(client);
        return client;
    }

    public RestoreClient CreateClient() => Keep(new RestoreClient(Address));

    /// <summary>A channel for what the client library does not let one do wrong.</summary>
    public GrpcChannel CreateChannel() => Keep(GrpcChannel.ForAddress(
        Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null }));

    public RestoreService.RestoreServiceClient CreateService() => new(CreateChannel());

    /// <summary>Keeps every computation waiting until what it returns is disposed.</summary>
    public async Task<IDisposable> HoldEngineAsync()
    {
        await Streams.Turns.WaitAsync(Priority.High, CancellationToken.None).AsTask().WaitAsync(Patience.Limit);
        return new Hold(Streams.Turns);
    }

    /// <summary>Waits until the daemon has seen so many frames of all streams.</summary>
    public Task<FrameCounts> WaitForFramesAsync(Func<FrameCounts, bool> isEnough)
    {
        var service = CreateService();
        return Patience.UntilAsync(
            async () => (await service.GetStatusAsync(new GetStatusRequest())).Frames, isEnough);
    }

    public Task StopAsync() => _host.StopAsync().WaitAsync(Patience.Limit);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }

        await _host.DisposeAsync().AsTask().WaitAsync(Patience.Limit);
        _folder.Dispose();
        Log.RequireNoErrorBut(AnnouncedErrors);
    }

    private sealed class Hold(EngineTurns turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
