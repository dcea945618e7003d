namespace EdgeRestore.Quantization.Calibration;

/// <summary>Frames, a calibration file or the machine do not allow calibrating, or using what was calibrated.</summary>
public sealed class CalibrationException : EdgeRestoreException
{
    public CalibrationException(string message)
        : base(message)
    {
    }

    public CalibrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
