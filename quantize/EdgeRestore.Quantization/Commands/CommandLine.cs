using System.CommandLine;
using System.CommandLine.Help;

namespace EdgeRestore.Quantization.Commands;

/// <summary>The verbs below <c>./edgerestore quantize</c>.</summary>
internal static class CommandLine
{
    private const string Help = """
        Makes a package smaller and faster, and measures what that costs.

        Example: ./edgerestore quantize plan deploy/models/edgerestore-default

        Exit codes: 0 done; 1 finished, but a route did not pass its check; 2 wrong command line;
        5 cannot run (package, frames, calibration, disk); 130 interrupted.
        """;

    private const string Verb = "quantize";

    // Below the launcher, so that usage and messages show what a person types.
    public static Command Create() => new("./edgerestore") { new HelpOption(), CreateVerb() };

    private static Command CreateVerb() => new(Verb, Help)
    {
        PlanCommand.Create(),
        AutoCommand.Create(),
        CalibrateCommand.Create(),
        MixedCommand.Create(),
        ReportCommand.Create(),
        CalibrationCommand.Create(),
        Fp16Command.Create(),
        Int8Command.Create(),
        EngineCommand.Create(),
    };

    // What was measured so far is written down after Ctrl+C; two seconds, the default, can be too short for it.
    public static Task<int> RunAsync(
        string[] args, TextWriter output, TextWriter error, CancellationToken token = default) =>
        CommandRun.RunAsync(Create, [Verb, .. args], output, error, TimeSpan.FromMinutes(1), token);
}
