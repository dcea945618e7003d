using EdgeRestore.Degradations;
using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>
/// The degradation classifier: an image embedding aligned with one prototype per degradation, Clear included, by
/// cosine.
/// </summary>
/// <remarks>
/// Two small encoders: the whole frame as a thumbnail (haze, low light), and native-resolution patches (noise, streaks
/// and compression vanish in a thumbnail). Without batch statistics, so that it reads the same in training and service.
/// </remarks>
public sealed class DpgNet(DpgNetConfig config) : ClassifierNetwork
{
    private const double LayerNormEps = 1e-5;
    private const double NormalizeEps = 1e-12;
    private const int Stem = 2;
    private const int StatisticsPerImage = 2;

    /// <summary>Side of the thumbnail in pixels.</summary>
    public const int ThumbnailSide = 128;

    /// <summary>Side of the mosaic of native-resolution patches in pixels.</summary>
    public const int CropsSide = 192;

    public DpgNetConfig Config { get; } = config;

    public override string Preset => Config.Preset;

    public override double Temperature => Config.Temperature;

    public override int EmbeddingSize => Config.EmbeddingSize;

    public override PromptSource Prototypes => Config.Prototypes;

    public override IReadOnlyList<ClassifierImage> Images { get; } =
        [new("thumbnail", ThumbnailSide), new("crops", CropsSide)];

    public override (TValue Embedding, TValue Logits) Classify<TValue>(
        IReading<TValue> r, IReadOnlyList<TValue> images)
        where TValue : class => Classify(r, images[0], images[1]);

    public override ClassifierNetwork WithTemperature(double temperature) =>
        new DpgNet(Config with { Temperature = temperature });

    /// <param name="r">What the operators mean.</param>
    /// <param name="thumbnail">(N, 3, 128, 128) RGB in [0, 1].</param>
    /// <param name="crops">(N, 3, 192, 192) RGB in [0, 1].</param>
    /// <returns>Embedding (N, D) of length 1 and logits (N, degradations): cosines over the temperature.</returns>
    public (TValue Embedding, TValue Logits) Classify<TValue>(IReading<TValue> r, TValue thumbnail, TValue crops)
        where TValue : class
    {
        TValue[] pooled = [.. Encode(r, "thumbnail", thumbnail), .. Encode(r, "crops", crops)];
        var statistics = r.Concat(pooled, axis: 1);
        var hidden = r.Relu(Layers.Linear(
            r, "embed.0", 2 * StatisticsPerImage * Config.Widths.Sum(), Config.HiddenSize, statistics));
        var embedding = Layers.Linear(r, "embed.2", Config.HiddenSize, Config.EmbeddingSize, hidden);
        embedding = r.L2NormalizeLast(embedding, NormalizeEps);
        var prototypes = r.L2NormalizeLast(
            r.Parameter(
                PrototypeTable, [DegradationNames.Count, Config.EmbeddingSize], Initialization.Gaussian(1)),
            NormalizeEps);
        return (embedding, r.Affine(r.Linear(embedding, prototypes, null), 1 / Config.Temperature));
    }

    // Mean and maximum of every stage: how much, and whether any. Noise and compression show in the first stages, which
    // the later ones would have to carry along.
    private IEnumerable<TValue> Encode<TValue>(IReading<TValue> r, string name, TValue image)
        where TValue : class
    {
        var widths = Config.Widths;
        var x = r.PixelUnshuffle(r.Affine(image, 2, -1), Stem);
        x = r.Relu(Layers.Conv3x3(r, $"{name}.stem", 3 * Stem * Stem, widths[0], x));
        yield return r.GlobalAveragePool(x);
        yield return r.GlobalMaxPool(x);
        for (var stage = 1; stage < widths.Length; stage++)
        {
            x = r.Relu(Layers.Conv3x3(r, $"{name}.{stage}.down", widths[stage - 1], widths[stage], x, stride: 2));
            x = r.Add(x, Residual(r, $"{name}.{stage}.block", widths[stage], x));
            yield return r.GlobalAveragePool(x);
            yield return r.GlobalMaxPool(x);
        }
    }

    private static TValue Residual<TValue>(IReading<TValue> r, string name, int channels, TValue x)
        where TValue : class
    {
        var h = r.LayerNormChannels(
            x,
            r.Parameter($"{name}.norm.weight", [channels], Initialization.Ones),
            r.Parameter($"{name}.norm.bias", [channels], Initialization.Zeros),
            LayerNormEps);
        h = r.Relu(Layers.Conv3x3(r, $"{name}.0", channels, channels, h));
        return Layers.Conv3x3(r, $"{name}.2", channels, channels, h);
    }
}
