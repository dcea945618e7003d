using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>One frame of a sequence; its frames live until the next one.</summary>
/// <param name="Clean">None where nobody knows it.</param>
/// <param name="Given">What is restored.</param>
/// <param name="Flow">From the frame before to this one; none for the first.</param>
internal sealed record MovingFrame(Frame? Clean, Frame Given, FlowField? Flow);
