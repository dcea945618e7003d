using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>
/// DPGNet as its authors wrote it: a ResNet-18 whose embedding of a frame is compared with a prototype per degradation
/// by cosine (net/Embedder of the public repository TxpHome/DFPIR at b9ba223, after OneRestore's model/Embedder.py).
/// </summary>
/// <remarks>
/// Parameter names are those of OneRestore's checkpoints, with the prototypes beside them: there text codes stand in
/// their place. Batch norms take the statistics that stand among the weights; a reading that trains may take those of
/// the batch instead, and drop channels in front of the pooling.
/// </remarks>
public sealed class DpgResNet(DpgResNetConfig config) : ClassifierNetwork
{
    private const double BatchNormEps = 1e-5;
    private const double NormalizeEps = 1e-12;

    // Of ImageNet's pixels, as torchvision's weights expect them.
    private static readonly double[] Mean = [0.485, 0.456, 0.406];
    private static readonly double[] Deviation = [0.229, 0.224, 0.225];

    public DpgResNetConfig Config { get; } = config;

    public override string Preset => Config.Preset;

    public override double Temperature => Config.Temperature;

    public override int EmbeddingSize => Config.EmbeddingSize;

    public override PromptSource Prototypes => Config.Prototypes;

    public override IReadOnlyList<ClassifierImage> Images { get; } = [new("image", config.Side)];

    public override (TValue Embedding, TValue Logits) Classify<TValue>(
        IReading<TValue> r, IReadOnlyList<TValue> images)
        where TValue : class => Classify(r, images[0]);

    public override ClassifierNetwork WithTemperature(double temperature) =>
        new DpgResNet(Config with { Temperature = temperature });

    public override bool IsGiven(string parameter) => base.IsGiven(parameter) || IsStatistic(parameter);

    /// <param name="r">What the operators mean.</param>
    /// <param name="image">(N, 3, Side, Side) RGB in [0, 1]: the whole frame, its aspect ignored.</param>
    /// <returns>
    /// Embedding (N, D), of any length: the visual prompt; logits (N, degradations): cosines over the temperature.
    /// </returns>
    public (TValue Embedding, TValue Logits) Classify<TValue>(IReading<TValue> r, TValue image)
        where TValue : class
    {
        const string Trunk = "feat_extractor";
        var widths = Config.Widths;
        var channels = r.Split(image, 1, 1, 1, 1);
        var x = r.Concat(
            [.. channels.Select((channel, index) =>
                r.Affine(channel, 1 / Deviation[index], -Mean[index] / Deviation[index]))],
            axis: 1);
        x = Convolve($"{Trunk}.block0.0", $"{Trunk}.block0.1", 3, widths[0], x, kernel: 7, stride: 2);
        x = r.MaxPool2d(r.Relu(x), kernel: 3, stride: 2, padding: 1);
        for (var stage = 0; stage < widths.Length; stage++)
        {
            for (var block = 0; block < Config.StageBlocks; block++)
            {
                var isFirst = block == 0;
                x = Residual(
                    $"{Trunk}.block{stage + 1}.{block}",
                    isFirst ? widths[Math.Max(0, stage - 1)] : widths[stage],
                    widths[stage],
                    isFirst && stage > 0 ? 2 : 1,
                    x);
            }
        }

        x = r.Relu(Convolve("img_embedder.0", "img_embedder.1", widths[^1], Config.Hidden, x, kernel: 1));
        x = r.DropChannels(x);
        var embedding = Layers.Linear(r, "img_final", Config.Hidden, Config.EmbeddingSize, r.GlobalAveragePool(x));
        var prototypes = r.Parameter(
            PrototypeTable, [DegradationNames.Count, Config.EmbeddingSize], Initialization.Gaussian(1));
        var cosines = r.Linear(
            r.L2NormalizeLast(embedding, NormalizeEps), r.L2NormalizeLast(prototypes, NormalizeEps), null);
        return (embedding, r.Affine(cosines, 1 / Config.Temperature));

        TValue Residual(string name, int inputs, int outputs, int stride, TValue value)
        {
            var h = r.Relu(Convolve($"{name}.conv1", $"{name}.bn1", inputs, outputs, value, kernel: 3, stride));
            h = Convolve($"{name}.conv2", $"{name}.bn2", outputs, outputs, h, kernel: 3);
            var shortcut = stride == 1 && inputs == outputs
                ? value
                : Convolve($"{name}.downsample.0", $"{name}.downsample.1", inputs, outputs, value, kernel: 1, stride);
            return r.Relu(r.Add(h, shortcut));
        }

        TValue Convolve(
            string convolution, string norm, int inputs, int outputs, TValue value, int kernel, int stride = 1)
        {
            var h = Layers.Conv(
                r, convolution, inputs, outputs, kernel, value, bias: false, stride, padding: kernel / 2);
            var statistics = new BatchStatistics<TValue>(
                r.Parameter($"{norm}.weight", [outputs], Initialization.Ones),
                r.Parameter($"{norm}.bias", [outputs], Initialization.Zeros),
                r.Parameter($"{norm}.running_mean", [outputs], Initialization.Zeros),
                r.Parameter($"{norm}.running_var", [outputs], Initialization.Ones));
            return r.BatchNorm(h, statistics, BatchNormEps);
        }
    }

    /// <summary>
    /// Whether a parameter is a statistic of a batch norm: counted on the way, never trained by its gradient.
    /// </summary>
    public static bool IsStatistic(string parameter) =>
        parameter.EndsWith(".running_mean", StringComparison.Ordinal)
        || parameter.EndsWith(".running_var", StringComparison.Ordinal);
}

/// <summary>The sizes of the published DPGNet; the trunk's are ResNet-18's (arXiv 1512.03385, table 1).</summary>
public sealed record DpgResNetConfig
{
    public string Preset { get; init; } = "dpgnet-resnet18";

    /// <summary>Width and height of the image in pixels.</summary>
    public int Side { get; init; } = 224;

    /// <summary>Channels of each stage; all but the first halve the resolution.</summary>
    public ImmutableArray<int> Widths { get; init; } = [64, 128, 256, 512];

    /// <summary>Residual blocks of each stage.</summary>
    public int StageBlocks { get; init; } = 2;

    /// <summary>Channels behind the trunk.</summary>
    public int Hidden { get; init; } = 1024;

    public int EmbeddingSize { get; init; } = 512;

    /// <summary>What cosines are divided by.</summary>
    public double Temperature { get; init; } = 0.05;

    /// <summary>Learnt with the network, or given: the embeddings of texts, as published.</summary>
    public PromptSource Prototypes { get; init; } = PromptSource.Learnt;
}
