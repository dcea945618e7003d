using System.CommandLine;
using EdgeRestore.Quantization.Reporting;

namespace EdgeRestore.Quantization.Commands;

/// <summary><c>quantize report</c>: the page again, from what a search left.</summary>
internal static class ReportCommand
{
    private const string Description = """
        Writes report.html into the folder that 'quantize mixed' or 'quantize auto' left beside its package, and says
        its first line: ship it or not, and why.

        Example: ./edgerestore quantize report edgerestore-fast.report

        Exit codes: 0 written; 2 wrong command line; 5 no such folder, or nothing of a search in it.
        """;

    public static Command Create()
    {
        var folder = new Argument<string>("folder") { Description = "OUT.report" };
        var command = new Command("report", Description) { folder };
        command.SetAction(async parsed =>
        {
            var outcome = ReportFolder.Render(parsed.GetRequiredValue(folder));
            var output = parsed.InvocationConfiguration.Output;
            await output.WriteLineAsync(outcome.Verdict);
            await output.WriteLineAsync(
                $"Report: {Path.GetFullPath(Path.Combine(parsed.GetRequiredValue(folder), ReportFolder.PageName))}");
            return ExitCode.Done;
        });
        return command;
    }
}
