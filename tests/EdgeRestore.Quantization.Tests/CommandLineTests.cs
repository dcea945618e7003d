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

    [Fact]
    public async Task Help_TellsSizesAsPeopleWriteThem()
    {
        var output = new StringWriter();

        await CommandLine.RunAsync(["calibrate", "--help"], output, new StringWriter());

        Assert.Contains("512M, 2G [default: 1G]", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "auto", "smaller ones [default: 640x360]",
        "divided by then; one number, or three with commas between; 1 when not given")]
    [InlineData(
        "int8", "--mean <numbers>", "in units of --pixels; one number, or three with commas between; 0 when not given")]
    public async Task Help_TellsDefaultsAsPeopleWriteThem(string command, params string[] expected)
    {
        var output = new StringWriter();

        await CommandLine.RunAsync([command, "--help"], output, new StringWriter());

        Assert.All(expected, part => Assert.Contains(part, output.ToString(), StringComparison.Ordinal));
        Assert.DoesNotContain("[default: 0|", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.0004, "+0.000")]
    [InlineData(0.0004, "+0.000")]
    [InlineData(-0.0006, "-0.001")]
    [InlineData(0.1, "+0.100")]
    public void Rounded_LossThatIsNothing_HasNoSignOfItsOwn(double decibels, string shown) =>
        Assert.Equal(
            shown,
            ConversionOptions.Rounded(decibels)
                .ToString("+0.000;-0.000", System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("1G", 1L << 30, "1G")]
    [InlineData("1.5g", 3L << 29, "1536M")]
    [InlineData("512MiB", 1L << 29, "512M")]
    [InlineData("2048K", 1L << 21, "2M")]
    [InlineData("1000", 1000, "1000")]
    [InlineData("4096G", 1L << 42, "4096G")]
    public void ByteSize_IsReadAndWrittenWithItsUnit(string text, long bytes, string written)
    {
        var size = Assert.NotNull(ByteSize.Parse(text));

        Assert.Equal((bytes, written), (size.Bytes, size.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("0M")]
    [InlineData("-1G")]
    [InlineData("many")]
    public void ByteSize_ThatIsNone_IsNull(string text) => Assert.Null(ByteSize.Parse(text));
}
