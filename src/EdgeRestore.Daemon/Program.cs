using EdgeRestore;
using EdgeRestore.Daemon.Hosting;

try
{
    return await DaemonCommand.RunAsync(args);
}
catch (EdgeRestoreException exception)
{
    // Everything that stops a start is one line for the operator; a stack trace would hide it.
    Console.Error.WriteLine($"edgerestore-daemon: {exception.Message}");
    return exception is WrongCommandLineException ? ExitCode.WrongCommandLine : ExitCode.CannotRun;
}
