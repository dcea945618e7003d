using EdgeRestore.Quantization.Commands;

namespace EdgeRestore.Quantization.Tests;

public class CommandLineTests
{
    [Fact]
    public async Task UnknownVerb_EndsWith2AndSaysWhereHelpIs()
    {
        var error = new StringWriter();

        var code = await CommandLine.RunAsync(["polish"], new StringWriter(), error);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains("See: ./edgerestore quantize --help", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan", "package", "--threads", "two")]
    [InlineData("calibrate", "package", "--frames", "frames", "--per-route", "many")]
    public async Task WordForANumber_EndsWith2AndNamesTheWord(params string[] args)
    {
        var error = new StringWriter();

        var code = await CommandLine.RunAsync(args, new StringWriter(), error);

        Assert.Equal(ExitCode.WrongCommandLine, code);
        Assert.Contains($"'{args[^1]}'", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_TellsTheExitCodes()
    {
        var output = new StringWriter();

        var code = await CommandLine.RunAsync(["--help"], output, new StringWriter());

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("130 interrupted", output.ToString(), StringComparison.Ordinal);
    }
}
