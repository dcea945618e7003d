namespace EdgeRestore.Onnx;

/// <summary>An ONNX file cannot be read, or says something that does not hold together.</summary>
public sealed class OnnxException : EdgeRestoreException
{
    public OnnxException(string message)
        : base(message)
    {
    }

    public OnnxException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
