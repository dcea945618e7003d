using System.CommandLine;

namespace EdgeRestore.Commands.Tests;

public sealed class CommandRunTests
{
    private readonly StringWriter _error = new();

    [Fact]
    public async Task RunAsync_ActionEnds_GivesItsCode() =>
        Assert.Equal(ExitCode.PartFailed, await RunAsync(() => ExitCode.PartFailed, "do"));

    [Fact]
    public async Task RunAsync_Canceled_Says130AndThatNothingIsHalfWritten()
    {
        Assert.Equal(ExitCode.Interrupted, await RunAsync(() => throw new OperationCanceledException(), "do"));
        Assert.Equal("Interrupted. What is written is whole.\n", _error.ToString());
    }

    [Fact]
    public async Task RunAsync_TheWorldFails_SaysWhyWithoutAStackTrace()
    {
        Assert.Equal(
            ExitCode.CannotRun, await RunAsync(() => throw new EdgeRestoreException("The disk is full."), "do"));
        Assert.Equal("The disk is full.\n", _error.ToString());
    }

    [Fact]
    public async Task RunAsync_AFileFailsThatNobodyExpected_SaysWhichAndWhatToCheck()
    {
        Assert.Equal(ExitCode.CannotRun, await RunAsync(() => throw new IOException("'/a' is gone."), "do"));
        Assert.StartsWith("'/a' is gone. Check that ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OptionsThatContradict_AreAWrongCommandLine() => Assert.Equal(
        ExitCode.WrongCommandLine, await RunAsync(() => throw new WrongCommandLineException("Both were given."), "do"));

    [Fact]
    public async Task RunAsync_ABug_IsNotHidden() =>
        await Assert.ThrowsAsync<FormatException>(() => RunAsync(() => throw new FormatException(), "do"));

    [Theory]
    [InlineData("'three' for option '--count' as a whole number", "do", "--count", "three")]
    [InlineData("--count is 0. Allowed: 1 to 9 dB.", "do", "--count", "0")]
    [InlineData("--count is 10. Allowed: 1 to 9 dB.", "do", "--count", "10")]
    [InlineData("--rate is -1. Allowed: 0.5 or more.", "do", "--rate", "-1")]
    [InlineData("--rate is NaN. Allowed: 0.5 or more.", "do", "--rate", "NaN")]
    [InlineData("'fast' for option '--rate' as a number", "do", "--rate", "fast")]
    [InlineData("--color is 'pink'. Allowed: red, blue.", "do", "--color", "pink")]
    [InlineData("Unknown option '--colour'.", "do", "--colour")]
    public async Task RunAsync_WrongOption_SaysWhatIsWrongOnceAndWhereHelpIs(string expected, params string[] args)
    {
        Assert.Equal(ExitCode.WrongCommandLine, await RunAsync(() => ExitCode.Done, args));

        var lines = _error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Contains(expected, lines[0], StringComparison.Ordinal);
        Assert.Equal("See: ./edgerestore tool do --help", lines[1]);
    }

    [Theory]
    [InlineData("'name' is missing: Whose it is.", "./edgerestore tool take --help", "take")]
    [InlineData("'words' is missing: A sentence.\nSee", "./edgerestore tool say --help", "say")]
    [InlineData("after 'tool' comes one of do, take, say.", "./edgerestore tool --help")]
    public async Task RunAsync_SomethingIsMissing_SaysWhat(string expected, string help, params string[] args)
    {
        Assert.Equal(ExitCode.WrongCommandLine, await RunAsync(() => ExitCode.Done, args));

        Assert.Contains(expected, _error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"See: {help}\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_OptionsNotGiven_AreNotChecked() =>
        Assert.Equal(ExitCode.Done, await RunAsync(() => ExitCode.Done, "do"));

    private Task<int> RunAsync(Func<int> action, params string[] args)
    {
        return CommandRun.RunAsync(Create, args, new StringWriter(), _error, TimeSpan.FromSeconds(1));

        Command Create()
        {
            var command = new Command("do")
            {
                new Argument<string[]>("files"),
                new Option<int>("--count") { DefaultValueFactory = _ => 5 }.Between(1, 9, "dB"),
                new Option<double?>("--rate").AtLeast(0.5),
                new Option<string?>("--color").OneOf("red", "blue"),
            };
            command.SetAction(_ => action());
            return new Command("tool")
            {
                command,
                new Command("take") { new Argument<string>("name") { Description = "Whose it is" } },
                new Command("say") { new Argument<string>("words") { Description = "A sentence." } },
            };
        }
    }
}
