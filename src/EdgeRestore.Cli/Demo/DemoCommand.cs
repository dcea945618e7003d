using System.CommandLine;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Demo;

/// <summary><c>demo</c>: the whole way of a frame, on real photographs, over a real socket.</summary>
internal static class DemoCommand
{
    private const int ShortPhotographCount = 4;

    private const string Description = $"""
        Shows what EdgeRestore does: fetches the held-out photographs, starts a daemon on a free port of the loopback device,
        streams every photograph to it under every degradation of protocol {EvalProtocol.Name} with route AUTO, and prints what
        was given, which route was taken with which confidence, and the quality before and after. A contact sheet shows
        clean, degraded and restored side by side. ms/frame is the round trip from sending a frame to having it back.

        Example: ./edgerestore demo

        Exit codes: 0 shown; 2 wrong command line; 5 cannot run (photographs, package, daemon, disk); 130 interrupted.
        """;

    public static Command Create()
    {
        var isShort = new Option<bool>("--short")
        {
            Description = $"Only the first {ShortPhotographCount} photographs: to see that it runs, not to judge",
        };
        var folder = new Option<string?>("--out")
        {
            Description = "Folder for contact sheet, JSON and the daemon's log; .edgerestore/demo when not given",
            HelpName = "folder",
        };
        var json = ScreenOption.CreateJson();
        var restorer = new RestorerOption();
        var command = new Command("demo", Description) { isShort, folder, json };
        restorer.AddTo(command);
        command.SetAction(async (parsed, token) =>
        {
            var screen = ScreenOption.Open(parsed, json);
            var output = OutputFolder.Open(parsed.GetValue(folder) ?? Path.Combine(Installation.State, "demo"));
            var library = await PhotographsCommand.FetchAsync(PhotographSet.HeldOut, screen, token);
            screen.Remark("Starting the daemon ...");
            await using var daemon = await DaemonProcess.StartAsync(
                parsed.GetValue(restorer.Package) ?? Installation.DefaultPackage,
                parsed.GetRequiredValue(restorer.Device),
                output.Resolve("daemon.log"),
                token);
            using var client = new RestoreClient(daemon.Address);
            var status = await client.GetStatusAsync(token);
            var package = $"{status.Package.Name} {status.Package.Version}";
            screen.Line($"Daemon at {daemon.Address}, package {package}, device {status.Device}");
            var photographCount = parsed.GetValue(isShort) ? ShortPhotographCount : PhotographCatalog.HeldOut.Length;
            var run = new EvaluationRun(new DaemonFrames(client).RestoreAsync);
            using var pictures = run.Pictures;
            using var protocol = new EvalProtocol(library);
            var frames = await screen.ProgressAsync(
                "Streaming",
                photographCount * EvalRow.All.Length,
                steps => run.RunAsync(protocol.Enumerate(imageCount: photographCount), steps, token));
            var report = new EvaluationReport
            {
                Protocol = parsed.GetValue(isShort)
                    ? $"the first {ShortPhotographCount} photographs of {EvalProtocol.Name}"
                    : $"{EvalProtocol.Name} through the daemon",
                Package = package,
                PackageSha256 = status.Package.Sha256,
                Device = status.Device,
                Summary = EvaluationSummary.Of(frames),
                Frames = frames,
            };
            report.ShowShort(screen);
            report.Write(output, pictures);
            screen.Line($"Contact sheet: {output.Resolve(EvaluationReport.SheetName)}");
            return ExitCode.Done;
        });
        return command;
    }
}
