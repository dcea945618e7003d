using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using EdgeRestore.Cli.Benching;
using EdgeRestore.Cli.Demo;
using EdgeRestore.Cli.Evaluating;
using EdgeRestore.Cli.Packages;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Cli.Streaming;

namespace EdgeRestore.Cli;

/// <summary>The verbs of the operator's command line, and how every one of them ends.</summary>
internal static class CommandLine
{
    private const string Description = "EdgeRestore restores camera frames on the box beside the camera.";

    public static Command Create() => new("./edgerestore", Description)
    {
        new HelpOption(),
        DemoCommand.Create(),
        RestoreCommand.Create(),
        StreamCommand.Create(),
        StatusCommand.Create(),
        BenchCommand.Create(),
        TokenCommand.Create(),
        EvaluateCommand.Create(),
        PackageCommand.Create(),
        PhotographsCommand.Create(),
    };

    /// <summary>
    /// Runs one command line and gives the exit code; messages of the world's failures go out as they are.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync(problem.Message);
            }

            await error.WriteLineAsync($"See: {NameOf(parsed)} --help");
            return ExitCode.WrongCommandLine;
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // A video that is stopped is finished first: its last frame, what the encoder holds back, the index.
            ProcessTerminationTimeout = TimeSpan.FromMinutes(5),
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Interrupted. What is written is whole.");
            return ExitCode.Interrupted;
        }
        catch (EdgeRestoreException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.CannotRun;
        }
    }

    private static string NameOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (var result = parsed.CommandResult; result is not null; result = result.Parent as CommandResult)
        {
            names.Push(result.Command.Name);
        }

        return string.Join(' ', names);
    }
}
