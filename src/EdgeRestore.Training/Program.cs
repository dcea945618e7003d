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
    return await root.Parse(args).InvokeAsync(configuration);
}
catch (EdgeRestoreException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return ExitCodes.CannotRun;
}
