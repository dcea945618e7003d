using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Quantization.Selection;

/// <summary>A frame that quality is judged on; nothing was calibrated with it.</summary>
/// <param name="Name">Where it comes from, for people.</param>
/// <param name="Degradation">The route that it stands for.</param>
/// <param name="Load">Gives the pixels; the caller disposes them.</param>
/// <param name="LoadClean">Gives what restoration should give, or is null where nobody knows.</param>
public sealed record JudgedFrame(string Name, Degradation Degradation, Func<Frame> Load, Func<Frame>? LoadClean);
