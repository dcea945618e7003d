using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Training.Sampling;

/// <summary>
/// What the classifier sees of degraded frames, (N, side, side, 3) bytes each, and the right answers.
/// </summary>
internal sealed class ClassifierBatch(int count)
{
    public int Count { get; } = count;

    public byte[] Thumbnails { get; } = new byte[count * ClassifierInput.ThumbnailLengthBytes];

    public byte[] Crops { get; } = new byte[count * ClassifierInput.CropsLengthBytes];

    public Degradation[] Degradations { get; } = new Degradation[count];

    public void Set(int index, Frame frame, Degradation degradation, ClassifierInput input)
    {
        input.Fill(
            frame,
            Thumbnails.AsSpan(index * ClassifierInput.ThumbnailLengthBytes, ClassifierInput.ThumbnailLengthBytes),
            Crops.AsSpan(index * ClassifierInput.CropsLengthBytes, ClassifierInput.CropsLengthBytes));
        Degradations[index] = degradation;
    }
}
