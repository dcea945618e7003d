namespace EdgeRestore.Cli;

/// <summary>How the program ends; the launcher documents the same numbers and adds 3 and 4 of its own.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run went to its end, but some files or frames failed, or a check did not hold.</summary>
    public const int PartFailed = 1;

    public const int WrongCommandLine = 2;

    /// <summary>A package, photographs, a daemon, a port or a disk prevents the work.</summary>
    public const int CannotRun = 5;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
