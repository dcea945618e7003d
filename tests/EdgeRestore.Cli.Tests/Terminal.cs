using System.Text.Json;

namespace EdgeRestore.Cli.Tests;

/// <summary>The command line in this process, with what it prints.</summary>
internal static class Terminal
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public static Task<Shell.Outcome> RunAsync(params string[] arguments) => RunAsync(Limit, arguments);

    public static async Task<Shell.Outcome> RunAsync(TimeSpan limit, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, output, error).WaitAsync(limit);
        return new Shell.Outcome(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs with --json; the document is all of standard output.</summary>
    public static Task<(int ExitCode, JsonElement Document)> RunJsonAsync(params string[] arguments) =>
        RunJsonAsync(Limit, arguments);

    public static async Task<(int ExitCode, JsonElement Document)> RunJsonAsync(
        TimeSpan limit, params string[] arguments)
    {
        var outcome = await RunAsync(limit, [.. arguments, "--json"]);
        using var document = JsonDocument.Parse(outcome.Output);
        return (outcome.ExitCode, document.RootElement.Clone());
    }
}
