using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace EdgeRestore.Commands;

/// <summary>Runs one command line to its exit code; what goes wrong is told in lines fit for a person.</summary>
public static partial class CommandRun
{
    private const string Launcher = "./edgerestore";

    /// <param name="create">Makes the tree of commands; its root is a verb of the launcher, or the launcher.</param>
    /// <param name="args">The words behind the root's name.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">What is wrong.</param>
    /// <param name="timeToFinish">How long a command may take after Ctrl+C to leave whole what it has begun.</param>
    /// <param name="token">Interrupts it as Ctrl+C does.</param>
    public static async Task<int> RunAsync(
        Func<Command> create, string[] args, TextWriter output, TextWriter error, TimeSpan timeToFinish,
        CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = timeToFinish,
            };
            return await Parse(create(), args).InvokeAsync(configuration, token);
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Interrupted. What is written is whole.");
            return ExitCode.Interrupted;
        }
        catch (WrongCommandLineException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.WrongCommandLine;
        }
        catch (EdgeRestoreException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.CannotRun;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where the code that met it knows more, it says so itself by an exception of ours.
            await error.WriteLineAsync(
                $"{exception.Message} Check that it is there, that this user may read and write it, and that the disk "
                + "has room.");
            return ExitCode.CannotRun;
        }
    }

    /// <summary>Parses a command line and checks it whole.</summary>
    /// <exception cref="WrongCommandLineException">Something is wrong on it: all of it, and where help is.</exception>
    public static ParseResult Parse(Command root, string[] args)
    {
        ArgumentNullException.ThrowIfNull(root);
        ParseResult parsed;
        try
        {
            parsed = root.Parse(args);
        }
        catch (InvalidOperationException exception)
        {
            // Validators of a command that ask for a value which is not of its option's type get this instead of it.
            throw new WrongCommandLineException(
                $"{Readable(exception.Message)}\nSee: {Launched(root.Name)} {args.FirstOrDefault()} --help");
        }

        string[] problems =
        [
            .. parsed.Errors.Select(Describe).Distinct(),
            .. UnknownOptions(parsed, args),
        ];
        return problems.Length == 0
            ? parsed
            : throw new WrongCommandLineException($"{string.Join('\n', problems)}\nSee: {NameOf(parsed)} --help");
    }

    // System.CommandLine does not say which argument is missing, nor which verbs there are.
    private static string Describe(ParseError problem) => problem.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Argument: var argument } =>
            $"'{argument.Name}' is missing: {argument.Description?.TrimEnd('.')}.",
        CommandResult { Command: { Action: null, Subcommands: { Count: > 0 } verbs } command } =>
            $"{problem.Message.TrimEnd('.')}: after '{command.Name}' comes one of "
            + $"{string.Join(", ", verbs.Select(verb => verb.Name))}.",
        _ => Readable(problem.Message),
    };

    // It names .NET types to people.
    private static string Readable(string message) =>
        ExpectedType().Replace(message, found => found.Groups[1].Value switch
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

        return Launched(string.Join(' ', names));
    }

    // A program whose verb is one of several of the launcher's is reached through it, too.
    private static string Launched(string name) =>
        name.StartsWith(Launcher, StringComparison.Ordinal) ? name : $"{Launcher} {name}";

    [GeneratedRegex("as expected type '(.*)'")]
    private static partial Regex ExpectedType();
}
