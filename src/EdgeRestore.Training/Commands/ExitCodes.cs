namespace EdgeRestore.Training.Commands;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    public const int WrongCommandLine = 2;

    /// <summary>
    /// A recipe, a checkpoint, photographs, a device or the disk is in the way; the message says which.
    /// </summary>
    public const int CannotRun = 5;

    /// <summary>Stopped by Ctrl+C or a signal with everything saved: 128 + SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;
}
