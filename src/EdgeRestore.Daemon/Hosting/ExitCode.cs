namespace EdgeRestore.Daemon.Hosting;

/// <summary>Exit codes, the same as the launcher's.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>Wrong command line, environment or configuration file.</summary>
    public const int CommandLine = 2;

    /// <summary>Package, device, port.</summary>
    public const int CannotRun = 5;

    /// <summary>A computation did not come back: start again.</summary>
    public const int Wedged = 6;
}
