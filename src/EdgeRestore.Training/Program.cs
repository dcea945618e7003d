using System.CommandLine;
using EdgeRestore;
using EdgeRestore.Training.Commands;

var root = new RootCommand("Trains the networks of EdgeRestore and makes packages of them.")
{
    TrainCommand.Build(),
    TrainCommand.BuildClassifier(),
    ImportCommand.Build(),
    ExportCommand.Build(),
};

// Saving a checkpoint after Ctrl+C takes longer than the two seconds that are the default.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) };
try
{
    configuration.EnableDefaultExceptionHandler = false;
    var parsed = root.Parse(args);
    if (parsed.Errors.Count > 0)
    {
        parsed.Errors.ToList().ForEach(problem => Console.Error.WriteLine(problem.Message));
        await Console.Error.WriteLineAsync($"See: ./edgerestore {parsed.CommandResult.Command.Name} --help");
        return ExitCodes.WrongCommandLine;
    }

    return await parsed.InvokeAsync(configuration);
}
catch (EdgeRestoreException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCodes.CannotRun;
}
