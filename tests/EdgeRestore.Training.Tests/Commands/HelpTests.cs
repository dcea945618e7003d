using EdgeRestore.Training.Commands;

namespace EdgeRestore.Training.Tests.Commands;

public sealed class HelpTests
{
    [Theory]
    [InlineData("./edgerestore train <recipe> [command] [options]", "train")]
    [InlineData("./edgerestore train ablation [options]", "train", "ablation")]
    public async Task Usage_IsWhatAPersonTypes(string expected, params string[] verb)
    {
        var output = new StringWriter();

        Assert.Equal(ExitCode.Done, await CommandLine.RunAsync([.. verb, "--help"], output, TextWriter.Null));

        var lines = output.ToString().Split('\n');
        Assert.Equal(expected, lines[Array.IndexOf(lines, "Usage:") + 1].Trim());
    }
}
