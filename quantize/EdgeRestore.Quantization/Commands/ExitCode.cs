namespace EdgeRestore.Quantization.Commands;

/// <summary>How the program ends; the launcher documents the same numbers.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The run went to its end, but a route did not pass its check.</summary>
    public const int PartFailed = 1;

    public const int WrongCommandLine = 2;

    /// <summary>A package, frames, a calibration or a disk prevents the work.</summary>
    public const int CannotRun = 5;

    /// <summary>128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}
