namespace EdgeRestore;

/// <summary>Something in the world, not in the code, prevents the work: a file, a device, a peer.</summary>
/// <remarks>The message says what, found, allowed and remedy, and is shown to the user as it is.</remarks>
public class EdgeRestoreException : Exception
{
    public EdgeRestoreException(string message)
        : base(message)
    {
    }

    public EdgeRestoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
