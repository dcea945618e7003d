using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Search;

/// <summary>What a precision may cost, and how it is measured.</summary>
public sealed record SearchSettings
{
    /// <summary>Most PSNR in dB that a degradation's frames may lose on average against FP32.</summary>
    /// <value>Default 0.10.</value>
    public double MaxDrop { get; init; } = 0.10;

    /// <summary>The same for the frame that loses most.</summary>
    /// <value>Default 0.3.</value>
    public double MaxWorstDrop { get; init; } = 0.3;

    /// <summary>Most SSIM that a degradation's frames may lose on average.</summary>
    /// <value>Default 0.001.</value>
    public double MaxSsimDrop { get; init; } = 0.001;

    /// <summary>Least PSNR in dB against FP32's own output, for frames of which nobody has a clean version.</summary>
    /// <value>Default 50: then at most 0.1 dB are lost where FP32 gives 33 dB.</value>
    public double MinPsnrBetween { get; init; } = 50;

    /// <summary>How ranges follow from what was seen.</summary>
    /// <value>
    /// Default Mse: least noise. What is made within two convolutions of the pixels, where clipping would darken what
    /// is bright, is not clipped by any method.
    /// </value>
    public RangeMethod Method { get; init; } = RangeMethod.Mse;

    /// <summary>Threads of one run while speed is measured.</summary>
    /// <value>Default 0: one per core.</value>
    public int Threads { get; init; }

    /// <summary>Runs of each graph whose median counts.</summary>
    /// <value>Default 7.</value>
    public int SpeedRounds { get; init; } = 7;

    /// <summary>Size of the frames that speed is measured on.</summary>
    /// <value>Default 640x360.</value>
    public (int Width, int Height) SpeedFrame { get; init; } = (640, 360);

    /// <summary>Speed over FP32 below which FP32 stays.</summary>
    /// <value>Default 1.0.</value>
    public double MinSpeedup { get; init; } = 1.0;
}
