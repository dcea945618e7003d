using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Networks;

namespace EdgeRestore.Training.Sampling;

/// <summary>What a classifier sees of degraded frames, and the right answers.</summary>
internal sealed class ClassifierBatch
{
    private readonly byte[][] _pixels;

    /// <param name="images">What the network sees of a frame.</param>
    /// <param name="count">Frames.</param>
    public ClassifierBatch(IReadOnlyList<ClassifierImage> images, int count)
    {
        Images = images;
        Count = count;
        Degradations = new Degradation[count];
        _pixels = [.. images.Select(image => new byte[count * LengthOf(image)])];
    }

    public IReadOnlyList<ClassifierImage> Images { get; }

    public int Count { get; }

    public Degradation[] Degradations { get; }

    public void Set(int index, Frame frame, Degradation degradation, ClassifierInput input)
    {
        Degradations[index] = degradation;
        if (Images is [var only])
        {
            input.FillWhole(frame, only.Side, Of(0, index, 1));
        }
        else
        {
            input.Fill(frame, Of(0, index, 1), Of(1, index, 1));
        }
    }

    /// <summary>(count, side, side, 3) bytes of one of the images, from a frame on.</summary>
    public Span<byte> Of(int image, int index, int count) =>
        _pixels[image].AsSpan(index * LengthOf(Images[image]), count * LengthOf(Images[image]));

    private static int LengthOf(ClassifierImage image) => image.Side * image.Side * 3;
}
