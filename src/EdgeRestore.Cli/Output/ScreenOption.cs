using System.CommandLine;

namespace EdgeRestore.Cli.Output;

/// <summary>The option that turns a command's result into JSON.</summary>
internal static class ScreenOption
{
    public static Option<bool> CreateJson() => new("--json")
    {
        Description = "Print the result as one JSON document; progress and remarks go to standard error",
    };

    /// <param name="resultsOnError">Standard output carries the frames themselves.</param>
    public static Screen Open(ParseResult parsed, Option<bool> json, bool resultsOnError = false)
    {
        var configuration = parsed.InvocationConfiguration;
        return new Screen(
            resultsOnError ? configuration.Error : configuration.Output, configuration.Error, parsed.GetValue(json));
    }
}
