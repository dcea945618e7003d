using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Reflection;
using EdgeRestore.Daemon.Settings;
using Microsoft.Extensions.Configuration;

namespace EdgeRestore.Daemon.Hosting;

/// <summary>The command line: each option sets one key of the configuration.</summary>
internal static class DaemonCommand
{
    private const string Verb = "serve";
    private const string EnvironmentPrefix = "EDGERESTORE_";

    private static readonly Option<string> ConfigFile = new("--config")
    {
        Description = "JSON file with sections Listen, Engine, Limits and so on; environment variables such as "
            + "EDGERESTORE_Limits__MaxStreams go before it, options before both",
        HelpName = "FILE",
    };

    private static readonly (string Key, Option<string> Option)[] Keys =
    [
        Of("Packages:Package", "--package", "DIR", "Package to serve [default: the one that comes with the program]"),
        Of("Listen:Endpoint", "--listen", "IP:PORT", "Where to listen, or unix:PATH; port 0 for any"),
        Of(
            "Listen:HttpEndpoint", "--http", "IP:PORT",
            "Where to serve /metrics and REST by HTTP/1.1 [default: nowhere]"),
        Of("Listen:DrainSeconds", "--drain", "SECONDS", "Time for open streams to finish at a stop"),
        Of("Providers:Device", "--device", "NAME", "What computes"),
        Of("Providers:Precision", "--precision", "NAME", "Which form of routes that have several"),
        Of("Engine:Threads", "--threads", "N", "CPU threads of one computation, 0 for all cores"),
        Of("Engine:Concurrency", "--concurrency", "N", "Frames computed at once, 0 for the device's own"),
        Of("Engine:Preload", "--preload", "WHICH", "Engines built at the start, not by first frames"),
        Of("Engine:MaxTilePixels", "--max-tile", "PIXELS", "Larger frames are computed in tiles"),
        Of("Engine:RunSeconds", "--run-limit", "SECONDS", "Time after which a computation is stuck"),
        Of("Engine:TokensEvery", "--tokens-every", "FRAMES", "Semantic tokens are made anew, 0: once a stream"),
        Of(
            "Providers:OnnxRuntime", "--onnxruntime", "DIR",
            "Folder of another ONNX Runtime [default: the one built in]"),
        Of(
            "Providers:Engines", "--engines", "DIR",
            "Folder of TensorRT engines [default: EDGERESTORE_ENGINES, or the user's cache]"),
        Of("Packages:Repository", "--repository", "DIR", "Packages with versions; what is active there is served"),
        Of("Packages:Trust", "--trust", "DIR", "Public keys; packages that none of them signed are refused"),
        Of("Packages:TrialFrames", "--trial-frames", "N", "Good frames that an activated version needs"),
        Of("Packages:TrialBadFrames", "--trial-bad-frames", "N", "Bad frames that are allowed meanwhile"),
        Of("Packages:TrialSeconds", "--trial-seconds", "SECONDS", "Longest such trial"),
        Of("Limits:MaxStreams", "--max-streams", "N", "Open streams, over all clients"),
        Of("Limits:OpenSeconds", "--open-limit", "SECONDS", "Time for a call to open its stream"),
        Of("Limits:MaxWidth", "--max-width", "PIXELS", "Widest frame"),
        Of("Limits:MaxHeight", "--max-height", "PIXELS", "Highest frame"),
        Of("Limits:MaxPixels", "--max-pixels", "PIXELS", "Most pixels of a frame"),
        Of("Limits:FrameMemoryMegabytes", "--frame-memory", "MIB", "Memory for frames of all streams"),
        Of("Limits:MaxPayloadBytes", "--max-payload", "BYTES", "Largest frame as sent"),
        Of("Peers:MaxConnections", "--max-connections", "N", "Connections, over all clients"),
        Of("Peers:SharePercent", "--peer-share", "PERCENT", "Streams and frame memory that one client gets"),
        Of("Peers:MaxHeaderBytes", "--max-headers", "BYTES", "Headers of one request"),
        Of("Peers:MaxFramesPerSecond", "--max-fps", "N", "Frames taken of one stream, 0 for any"),
        Of("Peers:FirstFrameSeconds", "--first-frame-limit", "SECONDS", "Time to a first frame"),
        Of("Peers:PingSeconds", "--ping", "SECONDS", "Silence after which a connection is tested"),
        Of("Security:Certificate", "--tls-cert", "FILE", "Certificate chain, PEM; turns TLS on [default: none]"),
        Of("Security:Key", "--tls-key", "FILE", "Its private key, PEM [default: in the certificate's file]"),
        Of(
            "Security:ClientAuthorities", "--client-ca", "FILE",
            "Authorities of client certificates, PEM [default: none]"),
        Of("Security:Tokens", "--tokens", "FILE", "Hashed bearer tokens and their roles [default: none]"),
        Of("Tap:FramesPerSecond", "--tap-rate", "N", "Frames copied in a second, with --allow-tap"),
        Of("Tap:MaxFrames", "--tap-frames", "N", "Frames handed out by one such call"),
        Of("Tap:MaxMegabytes", "--tap-megabytes", "MIB", "Pixels handed out by one such call"),
        Of("Telemetry:Otlp", "--otlp", "URL", "OpenTelemetry collector for metrics and spans [default: none]"),
        Of("Telemetry:OtlpProtocol", "--otlp-protocol", "NAME", "How it is spoken to"),
        Of("Telemetry:OtlpSeconds", "--otlp-interval", "SECONDS", "Time between reports of metrics"),
        Of("Telemetry:TracePercent", "--trace", "PERCENT", "Calls that are traced unasked"),
        Of("Telemetry:LogFormat", "--log-format", "NAME", "How log entries look"),
    ];

    private static readonly (string Key, Option<bool> Option)[] Flags =
    [
        ("Security:Insecure", new Option<bool>("--insecure")
        {
            Description = "Listen beyond this machine without authentication or encryption",
        }),
        ("Tap:Allowed", new Option<bool>("--allow-tap")
        {
            Description = "Hand copies of streams' frames out to the roles observe and admin, for calibrating",
        }),
    ];

    /// <summary>Every key that an option sets, and the option.</summary>
    public static IEnumerable<(string Key, Option Option)> Options =>
    [
        .. Keys.Select(key => (key.Key, (Option)key.Option)),
        .. Flags.Select(flag => (flag.Key, (Option)flag.Option)),
    ];

    /// <summary>Every key that an option sets.</summary>
    public static IEnumerable<string> SettableKeys => Options.Select(option => option.Key);

    /// <summary>Runs the daemon until it is told to stop.</summary>
    /// <exception cref="EdgeRestoreException">It cannot start.</exception>
    public static async Task<int> RunAsync(string[] args)
    {
        var command = new Command(
            Verb,
            "Restores camera frames over gRPC (edgerestore.v1.RestoreService, proto/edgerestore/v1/restore.proto).\n\n"
            + "When it is ready it prints 'listening on http://ADDRESS:PORT' on standard output; its log goes to "
            + "standard error.\nSIGTERM or Ctrl+C lets open streams finish.\n\n"
            + "Example: ./edgerestore serve --package deploy/models/edgerestore-default --listen 127.0.0.1:0 "
            + "--device cpu\n\n"
            + "Exit codes: 0 stopped; 2 wrong option or setting; 5 cannot run (package, device, port); 6 a "
            + "computation did not come back, start again.")
        {
            new VersionOption(), ConfigFile,
        };
        foreach (var (_, option) in Options)
        {
            command.Add(option);
        }

        var exitCode = ExitCode.Done;
        command.SetAction(async (parsed, _) =>
        {
            await DaemonHost.RunAsync(DaemonSettings.Read(ReadConfiguration(parsed)));
            return exitCode;
        });
        // Below the launcher, so that usage shows what a person types.
        var launcher = new Command("./edgerestore") { new HelpOption(), command };
        var result = launcher.Parse([Verb, .. args]);
        if (result.Errors.Count > 0)
        {
            throw new SettingsException(
                $"{string.Join(' ', result.Errors.Select(error => error.Message))} '--help' lists every option.");
        }

        return await result.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // The host listens to the signals itself, and drains.
            ProcessTerminationTimeout = null,
        });
    }

    private static IConfiguration ReadConfiguration(ParseResult parsed)
    {
        var builder = new ConfigurationBuilder();
        if (parsed.GetValue(ConfigFile) is { } path)
        {
            builder.AddJsonFile(Path.GetFullPath(path), optional: false);
        }

        builder.AddEnvironmentVariables(EnvironmentPrefix);
        builder.AddInMemoryCollection(Keys
            .Where(key => parsed.GetValue(key.Option) is not null)
            .Select(key => KeyValuePair.Create(key.Key, parsed.GetValue(key.Option)))
            .Concat(Flags.Where(flag => parsed.GetValue(flag.Option))
                .Select(flag => KeyValuePair.Create(flag.Key, (string?)bool.TrueString))));
        try
        {
            return builder.Build();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException
            or UnauthorizedAccessException)
        {
            throw new SettingsException(
                $"The configuration file cannot be read: {exception.Message} Allowed is a readable JSON file with "
                + "sections Listen, Engine and Limits. Correct it or leave --config out.");
        }
    }

    private static (string Key, Option<string> Option) Of(
        string key, string name, string helpName, string description)
    {
        var (section, setting) = (key.Split(':')[0], key.Split(':')[1]);
        var options = typeof(DaemonSettings).GetProperty(section)!.PropertyType;
        var property = options.GetProperty(setting)!;
        if (property.GetCustomAttribute<AllowedAttribute>() is { } check)
        {
            description += $" [{check.Allowed}]";
        }

        // What has no default says so in its own words.
        if (property.GetValue(Activator.CreateInstance(options)) is { } value)
        {
            description += string.Create(CultureInfo.InvariantCulture, $" [default: {value}]");
        }

        return (key, new Option<string>(name) { Description = description, HelpName = helpName });
    }
}
