using EdgeRestore.Frames;

namespace EdgeRestore.Metrics;

/// <summary>
/// How unnatural frames look without a reference: the distance of their statistics from those of clean photographs.
/// Smaller is better.
/// </summary>
/// <remarks>
/// Mittal, Soundararajan and Bovik, "Making a completely blind image quality analyzer" (NIQE, 2013), with BasicSR's
/// details: blocks of 96 pixels, two scales, 36 features. The model of clean photographs is fitted to EdgeRestore's own
/// training list, so figures compare with each other and not with those of the LIVE model. A frame of 384x384 has 16
/// blocks, too few for a covariance of 36 features: add several frames before <see cref="Score"/>. Not thread-safe.
/// </remarks>
public sealed class Niqe
{
    private readonly List<double[]> _blocks = [];

    /// <summary>Blocks so far.</summary>
    public int BlockCount => _blocks.Count;

    /// <summary>Adds the blocks of an Rgb24 frame; sides are cropped to multiples of 96.</summary>
    public void Add(Frame frame) => _blocks.AddRange(NiqeFeatures.Of(frame).Select(block => block.Features));

    /// <summary>The distance of all blocks so far from the model; not a number for fewer than two blocks.</summary>
    public double Score() => _blocks.Count < 2 ? double.NaN : NiqeModel.Default.DistanceTo(NiqeModel.Fit(_blocks));
}
