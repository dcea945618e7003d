using EdgeRestore.Degradations;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>What a calibration file remembers of a frame.</summary>
public sealed record CalibrationSource(string Sha256, string Name, Degradation Degradation);
