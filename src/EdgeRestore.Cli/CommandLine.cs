using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
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
        ParseResult parsed;
        try
        {
            parsed = Create().Parse(args);
        }
        catch (InvalidOperationException exception)
        {
            // Validators that ask for a value which is not of its option's type get this instead of it.
            await error.WriteLineAsync($"{Readable(exception.Message)}\nSee: ./edgerestore {args.FirstOrDefault()} --help");
            return ExitCode.WrongCommandLine;
        }

        string[] problems = [.. parsed.Errors.Select(problem => Readable(problem.Message)), .. UnknownOptions(parsed, args)];
        if (problems.Length > 0)
        {
            await error.WriteLineAsync($"{string.Join('\n', problems)}\nSee: {NameOf(parsed)} --help");
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

    private static string Readable(string message) => Regex.Replace(
        message, "as expected type '(.*)'", found => found.Groups[1].Value switch
        {
            var type when type.Contains("Int") => "as a whole number",
            var type when type.Contains("Double") || type.Contains("Single") => "as a number",
            _ => found.Value,
        });

    // A verb that takes names of files would take a mistyped option for one.
    private static IEnumerable<string> UnknownOptions(ParseResult parsed, string[] args) =>
        args.Contains("--")
            ? []
            : parsed.CommandResult.Tokens
                .Where(token => token.Value.Length > 1 && token.Value[0] == '-' && !Path.Exists(token.Value))
                .Select(token => $"Unknown option '{token.Value}'. For a file of that name write './{token.Value}'.");

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
