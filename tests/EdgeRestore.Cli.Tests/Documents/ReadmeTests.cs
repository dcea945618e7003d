using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace EdgeRestore.Cli.Tests.Documents;

/// <summary>What README and docs say exists: commands, links, the picture.</summary>
public sealed partial class ReadmeTests
{
    // Their verbs belong to other executables, whose options this program does not know.
    private static readonly string[] OtherVerbs =
        ["test", "serve", "train", "classifier", "import", "export", "quantize", "benchmark", "setup"];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    private static readonly IReadOnlyList<string> Pages =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(File.ReadAllText)];

    public static TheoryData<string> Commands => new(
        LinesOf(Text).Concat(Pages.SelectMany(LinesOf).Where(line => line.StartsWith("./", StringComparison.Ordinal)))
            .Distinct());

    public static TheoryData<string> Links => new(
        Link().Matches(Text).Select(link => link.Groups[1].Value)
            .Where(target => !target.StartsWith("http", StringComparison.Ordinal))
            .Distinct());

    [Fact]
    public void Readme_IsUnder200Lines()
    {
        Assert.InRange(Text.Split('\n').Length, 50, 199);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_IsOneThatTheProgramTakes(string command)
    {
        var words = CommandLineParser.SplitCommandLine(command).TakeWhile(word => word is not (">" or "|")).ToArray();
        Assert.Equal("./edgerestore", words[0]);
        if (OtherVerbs.Contains(words[1]))
        {
            Assert.Contains(
                $"\n        {words[1]}", Spaced(File.ReadAllText(Repository.Launcher)), StringComparison.Ordinal);
            return;
        }

        var parsed = CommandLine.Create().Parse(words[1..]);

        Assert.Empty(parsed.Errors.Select(error => error.Message));
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Link_LeadsToAFileOfTheRepository(string target)
    {
        var path = Path.Combine(Repository.Root, target);

        Assert.True(File.Exists(path) || Directory.Exists(path), $"README.md links to '{target}', which is not there.");
    }

    private static IEnumerable<string> LinesOf(string page) =>
        ShellBlock().Matches(page).SelectMany(block => block.Groups[1].Value.Replace("\\\n", "").Split('\n'))
            .Select(line => line.Split('#')[0].Trim())
            .Where(line => line.Length > 0);

    // Verbs stand at the head of a case label, alone or after a bar.
    private static string Spaced(string launcher) => launcher.Replace(" | ", "\n        ", StringComparison.Ordinal);

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex(@"\]\(([^)]+)\)")]
    private static partial Regex Link();
}
