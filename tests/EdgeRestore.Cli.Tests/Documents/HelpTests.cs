using System.CommandLine;
using System.Text.RegularExpressions;

namespace EdgeRestore.Cli.Tests.Documents;

/// <summary>Every verb's help has an example that is taken as it stands, and tells the exit codes.</summary>
public sealed partial class HelpTests
{
    public static TheoryData<string> Verbs => new(Leaves(CommandLine.Create(), ""));

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Help_HasAnExampleThatParsesAndTheExitCodes(string verb)
    {
        var outcome = await Terminal.RunAsync([.. verb.Split(' '), "--help"]);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Exit codes: 0 ", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("2 wrong command line", Spaces().Replace(outcome.Output, " "), StringComparison.Ordinal);
        var example = Example().Match(outcome.Output).Groups[1].Value.Trim();
        Assert.StartsWith(verb, example, StringComparison.Ordinal);
        Assert.Empty(CommandLine.Create().Parse(example).Errors.Select(error => error.Message));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Option_HasADescription(string verb)
    {
        var command = CommandLine.Create().Parse(verb.Split(' ')).CommandResult.Command;

        Assert.All(command.Options, option => Assert.False(string.IsNullOrEmpty(option.Description), option.Name));
        Assert.All(
            command.Arguments, argument => Assert.False(string.IsNullOrEmpty(argument.Description), argument.Name));
    }

    [Fact]
    public async Task UnknownVerb_EndsWith2AndSaysWhereHelpIs()
    {
        var outcome = await Terminal.RunAsync("polish");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("'polish'", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("./edgerestore --help", outcome.Error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Leaves(Command command, string path) => command.Subcommands.Count == 0
        ? [path.Trim()]
        : command.Subcommands.SelectMany(verb => Leaves(verb, $"{path} {verb.Name}"));

    [GeneratedRegex(@"Example: \./edgerestore (.*)")]
    private static partial Regex Example();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
