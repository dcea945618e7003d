namespace EdgeRestore.Cli.Tests;

/// <summary>What is wrong on a command line is told in one line an error, with exit code 2.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("'abc' for option '--strength' as a number", "restore", "a.png", "--out", "o", "--strength", "abc")]
    [InlineData("'1e400000x' for option '--fps' as a number", "stream", "a.png", "--fps", "1e400000x")]
    [InlineData("'2.5' for option '--frames' as a whole number", "restore", "a.mp4", "--out", "o", "--frames", "2.5")]
    [InlineData("'long' for option '--seconds' as a number", "bench", "--seconds", "long")]
    [InlineData("Unknown option '--overwite'", "restore", "a.png", "--out", "o", "--overwite")]
    [InlineData("Unknown option '-o'", "restore", "a.png", "-o", "out", "--out", "o")]
    public async Task Run_WrongCommandLine_SaysWhatIsWrong(string expected, params string[] arguments)
    {
        var outcome = await Terminal.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", outcome.Error, StringComparison.Ordinal);
        Assert.Contains($"See: ./edgerestore {arguments[0]} --help", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NamesAfterTwoDashes_AreNoOptions()
    {
        var outcome = await Terminal.RunAsync("restore", "--out", "o", "--", "--overwite");

        Assert.Equal(5, outcome.ExitCode);
        Assert.Contains("'--overwite' does not exist", outcome.Error, StringComparison.Ordinal);
    }
}
