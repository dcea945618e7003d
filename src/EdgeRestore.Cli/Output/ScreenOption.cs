using System.CommandLine;

namespace EdgeRestore.Cli.Output;

/// <summary>The option that turns a command's result into JSON.</summary>
internal static class ScreenOption
{
    public static Option<bool> CreateJson() => new("--json")
    {
        Description = "Print the result as one JSON document; progress and remarks go to standard error",
    };

    public static Screen Open(ParseResult parsed, Option<bool> json) => new(
        parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, parsed.GetValue(json));
}
