namespace EdgeRestore.Codecs;

/// <summary>The bytes of an image are not what they claim to be, or claim more than is allowed.</summary>
/// <remarks>
/// The sender's fault (<see cref="RestoreError.Input"/>); a missing native library is not reported by this type.
/// </remarks>
public sealed class ImageException : EdgeRestoreException
{
    public ImageException(string message)
        : base(message)
    {
    }

    public ImageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
