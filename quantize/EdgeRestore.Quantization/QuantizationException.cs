namespace EdgeRestore.Quantization;

/// <summary>A graph or a package that cannot be quantized as asked; the message names what is in the way.</summary>
public sealed class QuantizationException : EdgeRestoreException
{
    public QuantizationException(string message)
        : base(message)
    {
    }

    public QuantizationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
