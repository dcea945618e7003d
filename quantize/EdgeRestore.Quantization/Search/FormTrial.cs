using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Search;

/// <summary>What a search asks about forms of one graph: what they cost, and how fast they are.</summary>
internal abstract class FormTrial
{
    /// <summary>What a form costs, by degradation.</summary>
    /// <param name="form">A graph with the same inputs and outputs.</param>
    /// <param name="threads">Threads of one run.</param>
    /// <param name="mostFrames">Frames of each degradation to run; fewer are a quicker and rougher answer.</param>
    public abstract IReadOnlyList<DegradationCost> Judge(OnnxFile form, int threads, int mostFrames = int.MaxValue);

    /// <summary>
    /// Milliseconds of processor time for a frame, of forms in turns; the first one's is what others are compared with.
    /// </summary>
    public abstract double[] Time(IReadOnlyList<OnnxFile> forms, SearchSettings settings, CancellationToken token);
}
