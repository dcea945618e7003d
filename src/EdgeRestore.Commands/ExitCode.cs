namespace EdgeRestore.Commands;

/// <summary>How every program ends; the launcher documents the same numbers and adds 3 and 4 of its own.</summary>
public static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run went to its end, but some files, frames or routes failed, or a check did not hold.</summary>
    public const int PartFailed = 1;

    /// <summary>Wrong command line, environment or configuration file.</summary>
    public const int WrongCommandLine = 2;

    /// <summary>A package, photographs, a checkpoint, a device, a daemon, a port or a disk prevents the work.</summary>
    public const int CannotRun = 5;

    /// <summary>A computation did not come back: start again. The daemon's alone.</summary>
    public const int Wedged = 6;

    /// <summary>Stopped by Ctrl+C or a signal, with what was written whole: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
