namespace EdgeRestore.Networks;

/// <summary>A network from a frame to the degradation that it has, defined once for every reading.</summary>
public abstract class ClassifierNetwork
{
    /// <summary>The table of what embeddings are compared with, (degradations, EmbeddingSize), Clear first.</summary>
    public const string PrototypeTable = "prototypes";

    /// <summary>The name of its sizes in manifests.</summary>
    public abstract string Preset { get; }

    /// <summary>What cosines are divided by.</summary>
    public abstract double Temperature { get; }

    public abstract int EmbeddingSize { get; }

    /// <summary>Where the prototypes come from.</summary>
    public abstract PromptSource Prototypes { get; }

    /// <summary>What the network sees of a frame, in the order in which it takes them.</summary>
    public abstract IReadOnlyList<ClassifierImage> Images { get; }

    /// <param name="r">What the operators mean.</param>
    /// <param name="images">(N, 3, side, side) RGB in [0, 1] each, as <see cref="Images"/> lists them.</param>
    /// <returns>Embedding (N, D); logits (N, degradations): cosines over the temperature.</returns>
    public abstract (TValue Embedding, TValue Logits) Classify<TValue>(
        IReading<TValue> r, IReadOnlyList<TValue> images)
        where TValue : class;

    /// <summary>Whether a parameter is given with the network and never trained by its gradient.</summary>
    public virtual bool IsGiven(string parameter) =>
        parameter == PrototypeTable && Prototypes == PromptSource.Given;

    /// <summary>The same network with another temperature, as calibration finds it.</summary>
    public abstract ClassifierNetwork WithTemperature(double temperature);
}

/// <param name="Name">Of the graph's input.</param>
/// <param name="Side">Width and height in pixels.</param>
public sealed record ClassifierImage(string Name, int Side);
