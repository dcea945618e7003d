using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;

namespace EdgeRestore.Quantization.Commands;

/// <summary>The verbs below <c>./edgerestore quantize</c>, and how every one of them ends.</summary>
internal static class CommandLine
{
    private const string Help = """
        Makes a package smaller and faster, and measures what that costs.

        Exit codes: 0 done; 1 finished, but a route did not pass its check; 2 wrong command line;
        5 cannot run (package, frames, calibration, disk); 130 interrupted.
        """;

    public static Command Create() => new("quantize", Help)
    {
        new HelpOption(),
        PlanCommand.Create(),
        AutoCommand.Create(),
        CalibrateCommand.Create(),
        MixedCommand.Create(),
        ReportCommand.Create(),
        CalibrationCommand.Create(),
        Fp16Command.Create(),
        Int8Command.Create(),
        EngineCommand.Create(),
    };

    /// <summary>Runs one command line and gives the exit code; messages of the world's failures go out as they are.</summary>
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
            await error.WriteLineAsync($"{exception.Message}\nSee: ./edgerestore quantize --help");
            return ExitCode.WrongCommandLine;
        }

        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
            {
                await error.WriteLineAsync(problem.Message);
            }

            await error.WriteLineAsync($"See: ./edgerestore {NameOf(parsed)} --help");
            return ExitCode.WrongCommandLine;
        }

        // What was measured so far is written down after Ctrl+C; two seconds, the default, can be too short for it.
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
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
