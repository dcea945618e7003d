using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>One degraded frame that a route is calibrated with.</summary>
/// <param name="Name">Where it comes from, for people.</param>
/// <param name="Degradation">The route that it stands for.</param>
/// <param name="Sha256">Of size and pixels: the frame's identity in files.</param>
/// <param name="Load">Gives the pixels again; the caller disposes them. Thread-safe.</param>
public sealed record CalibrationFrame(string Name, Degradation Degradation, string Sha256, Func<Frame> Load);
