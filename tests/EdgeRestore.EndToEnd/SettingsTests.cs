using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Settings;
using Microsoft.Extensions.Configuration;

namespace EdgeRestore.EndToEnd;

public sealed class SettingsTests
{
    [Fact]
    public void Read_Nothing_GivesEveryDefault()
    {
        var settings = Read([]);

        Assert.Equal(
            new ListenOptions { Endpoint = "127.0.0.1:50051", HttpEndpoint = null, DrainSeconds = 10 },
            settings.Listen);
        Assert.Equal(
            new EngineOptions
            {
                Threads = 0,
                Concurrency = 0,
                Preload = "all",
                MaxTilePixels = 2_228_224,
                RunSeconds = 60,
                TokensEvery = 1,
            },
            settings.Engine);
        Assert.Equal(
            new ProviderOptions { Device = "auto", Precision = "auto", OnnxRuntime = null, Engines = null },
            settings.Providers);
        Assert.Equal(
            new LimitOptions
            {
                MaxWidth = 8192,
                MaxHeight = 8192,
                MaxPixels = 8_912_896,
                MaxPayloadBytes = 33_554_432,
                MaxStreams = 16,
                OpenSeconds = 10,
                FrameMemoryMegabytes = 1024,
            },
            settings.Limits);
        Assert.Equal(
            new TelemetryOptions
            {
                Otlp = null,
                OtlpProtocol = "grpc",
                OtlpSeconds = 60,
                TracePercent = 5,
                LogFormat = "text",
            },
            settings.Telemetry);
        Assert.Equal(
            new PackageOptions
            {
                Package = null,
                Repository = null,
                Trust = null,
                TrialFrames = 300,
                TrialBadFrames = 2,
                TrialSeconds = 900,
            },
            settings.Packages);
        Assert.Equal(
            new SecurityOptions
            {
                Certificate = null,
                Key = null,
                ClientAuthorities = null,
                Tokens = null,
                Insecure = false,
            },
            settings.Security);
        Assert.Equal(
            new PeerOptions
            {
                MaxConnections = 256,
                SharePercent = 75,
                MaxHeaderBytes = 16_384,
                MaxFramesPerSecond = 0,
                FirstFrameSeconds = 60,
                PingSeconds = 60,
            },
            settings.Peers);
        Assert.Equal(
            new TapOptions { Allowed = false, FramesPerSecond = 2, MaxFrames = 512, MaxMegabytes = 2048 },
            settings.Tap);
    }

    [Fact]
    public void Read_ManyFaults_GivesTheWholeMessage()
    {
        var exception = Assert.Throws<SettingsException>(() => Read(new()
        {
            ["Listen:Endpoint"] = "127.0.0.1",
            ["Listen:DrainSeconds"] = "0",
            ["Limits:MaxPixels"] = "9000000",
            ["Limits:MaxPayloadBytes"] = "2000",
            ["Engine:Colour"] = "blue",
        }));

        Assert.Equal(
            "4 settings are not valid. "
            + "Listen:Endpoint is '127.0.0.1'; allowed is an IP address with a port, such as 127.0.0.1:50051, "
            + "0.0.0.0:50051 or [::1]:50051, or unix: with the absolute path of a socket. Correct it. "
            + "Listen:DrainSeconds is 0; allowed is 1 to 3600. Correct it. "
            + "Engine:Colour is unknown; allowed are Threads, Concurrency, Preload, MaxTilePixels, RunSeconds, "
            + "TokensEvery. Remove it. "
            + "Limits:MaxPayloadBytes is 2000 while Limits:MaxPixels is 9000000; a frame of that many pixels takes up "
            + "to 27000000 bytes. Raise the one or lower the other. "
            + "'--help' lists every option.",
            exception.Message);
    }

    [Fact]
    public void CommandLine_HasAnOptionForEveryKeyThatExists()
    {
        var sections = new Dictionary<string, Type>
        {
            ["Listen"] = typeof(ListenOptions),
            ["Engine"] = typeof(EngineOptions),
            ["Providers"] = typeof(ProviderOptions),
            ["Limits"] = typeof(LimitOptions),
            ["Telemetry"] = typeof(TelemetryOptions),
            ["Packages"] = typeof(PackageOptions),
            ["Security"] = typeof(SecurityOptions),
            ["Peers"] = typeof(PeerOptions),
            ["Tap"] = typeof(TapOptions),
        };
        var keys = sections.SelectMany(section => section.Value.GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => $"{section.Key}:{property.Name}"));

        Assert.Equal(keys.Order(), DaemonCommand.SettableKeys.Order());
    }

    private static DaemonSettings Read(Dictionary<string, string?> values) =>
        DaemonSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
}
