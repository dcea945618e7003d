namespace EdgeRestore.Packages;

/// <summary>A package cannot be read, trusted or written as it is.</summary>
public sealed class PackageException : EdgeRestoreException
{
    public PackageException(string message)
        : base(message)
    {
    }

    public PackageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
