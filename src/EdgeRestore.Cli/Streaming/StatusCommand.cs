using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Client;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Google.Protobuf;

namespace EdgeRestore.Cli.Streaming;

/// <summary><c>status</c>: what a daemon runs and how it fares.</summary>
internal static class StatusCommand
{
    private const string Description = """
        Asks a daemon what it runs and how it fares: package, device and why no faster one, open streams, frame counts.

        Example: ./edgerestore status --daemon http://127.0.0.1:50051

        Exit codes: 0 it serves; 1 it answers but is shutting down; 2 wrong command line; 5 it does not answer.
        """;

    public static Command Create()
    {
        var daemon = DaemonOption.Create();
        var identity = new IdentityOptions();
        var json = ScreenOption.CreateJson();
        var command = new Command("status", Description) { daemon, json };
        identity.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            using var client = new RestoreClient(parsed.GetRequiredValue(daemon), identity.Read(parsed));
            var status = await client.GetStatusAsync(token);
            if (screen.Json)
            {
                parsed.InvocationConfiguration.Output.WriteLine(
                    new JsonFormatter(JsonFormatter.Settings.Default.WithIndentation("  ")).Format(status));
            }
            else
            {
                Show(status, screen);
            }

            return status.State == DaemonState.Serving ? ExitCode.Done : ExitCode.PartFailed;
        });
        return command;
    }

    private static void Show(GetStatusReply status, Screen screen)
    {
        var uptime = TimeSpan.FromMilliseconds(status.UptimeMs);
        screen.Line($"daemon    {status.DaemonVersion}, {status.State}, up {uptime:d\\.hh\\:mm\\:ss}");
        screen.Line($"package   {status.Package.Name} {status.Package.Version}, manifest SHA-256 {status.Package.Sha256}");
        screen.Line($"device    {status.Device}");
        foreach (var provider in status.Providers)
        {
            screen.Line($"          {provider.Name}: {(provider.Used ? "used" : "not used")}, {provider.Reason}".TrimEnd(' ', ','));
        }

        screen.Line($"routes    {string.Join("; ", status.Package.Routes.GroupBy(route => route.Precision).Select(
            routes => $"{string.Join(", ", routes.Select(route => NameOf(route.Degradation)))} in {routes.Key}"))}");
        foreach (var route in status.Package.Routes.Where(route => route.State == RouteState.Unavailable))
        {
            screen.Line($"          {NameOf(route.Degradation)} is unavailable: {route.Fault}");
        }

        screen.Line($"frames    {Show(status.Frames)}");
        screen.Line($"streams   {status.Streams.Count} open of {status.MaxStreams}");
        if (status.Streams.Count > 0)
        {
            screen.Table(
                ["stream", "delivery", "open s", "received", "restored", "passed", "failed", "dropped"],
                [.. status.Streams.Select(stream => (string[])
                [
                    stream.StreamName,
                    stream.Delivery.ToString(),
                    $"{stream.OpenMs / 1000.0:F0}",
                    $"{stream.Frames.Received}",
                    $"{stream.Frames.Restored}",
                    $"{stream.Frames.Bypassed}",
                    $"{stream.Frames.Failed}",
                    $"{stream.Frames.Dropped}",
                ])],
                textColumns: 2);
        }
    }

    private static string Show(FrameCounts counts) =>
        $"{counts.Received} received, {counts.Restored} restored, {counts.Bypassed} passed through, {counts.Failed} failed, "
        + $"{counts.Dropped} dropped";

    private static string NameOf(Degradation degradation) =>
        degradation.TryFromWire(out var known) ? Degradations.DegradationNames.ToName(known) : degradation.ToString();
}
