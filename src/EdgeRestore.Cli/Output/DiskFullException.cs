namespace EdgeRestore.Cli.Output;

/// <summary>No further file will fit either: the one write error that ends a run over many files.</summary>
internal sealed class DiskFullException(string message, Exception innerException)
    : EdgeRestoreException(message, innerException);
