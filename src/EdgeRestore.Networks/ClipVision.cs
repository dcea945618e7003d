using EdgeRestore.Networks.Blocks;

namespace EdgeRestore.Networks;

/// <summary>
/// CLIP's vision transformer up to its last hidden state: a semantic encoder for <see cref="SeSymUNet"/>.
/// </summary>
/// <remarks>
/// Parameter names are those of Hugging Face's CLIPVisionModel, whose last norm and projection come behind the last
/// hidden state and are not asked for. Frozen: it is read as an ONNX graph and not trained.
/// </remarks>
public sealed class ClipVision(ClipVisionConfig config)
{
    public ClipVisionConfig Config { get; } = config;

    /// <summary>Tokens of an image: one per patch, and the class token before them.</summary>
    public int TokenCount => 1 + PatchesPerSide * PatchesPerSide;

    private int PatchesPerSide => Config.Side / Config.PatchSize;

    /// <param name="r">What the operators mean.</param>
    /// <param name="pixels">(1, 3, Side, Side), standardised: one frame, whose tokens serve a whole scene.</param>
    /// <returns>(1, TokenCount, Width).</returns>
    public TValue Encode<TValue>(IReading<TValue> r, TValue pixels)
        where TValue : class
    {
        // x: (1, Width, 1, TokenCount)
        const string Embeddings = "vision_model.embeddings";
        var (d, patch) = (Config.Width, Config.PatchSize);
        var patches = Layers.Conv(
            r, $"{Embeddings}.patch_embedding", 3, d, patch, pixels, bias: false, stride: patch);
        var first = r.Parameter($"{Embeddings}.class_embedding", [d], Initialization.Gaussian(1));
        var x = r.Concat([r.Reshape(first, 1, d, 1, 1), r.Reshape(patches, 1, d, 1, -1)], axis: 3);
        var positions = r.Parameter(
            $"{Embeddings}.position_embedding.weight", [TokenCount, d], Initialization.Gaussian(1));
        x = r.Add(x, r.Reshape(r.TransposeLast(positions), 1, d, 1, TokenCount));

        // The misspelling is in the published names.
        x = Norm("vision_model.pre_layrnorm", x);
        for (var layer = 0; layer < Config.Layers; layer++)
        {
            var name = $"vision_model.encoder.layers.{layer}";
            x = r.Add(x, Attention($"{name}.self_attn", Norm($"{name}.layer_norm1", x)));
            x = r.Add(x, FeedForward($"{name}.mlp", Norm($"{name}.layer_norm2", x)));
        }

        return r.TransposeLast(r.Reshape(x, 1, d, -1));

        TValue Norm(string name, TValue value) =>
            VectorLayers.Norm(r, VectorLayers.NormParameters(r, name, d), value);

        TValue Attention(string name, TValue value)
        {
            var attended = VectorLayers.Attend(
                r,
                Config.Heads,
                d,
                VectorLayers.Linear(r, $"{name}.q_proj", d, d, value),
                VectorLayers.Linear(r, $"{name}.k_proj", d, d, value),
                VectorLayers.Linear(r, $"{name}.v_proj", d, d, value));
            return VectorLayers.Linear(r, $"{name}.out_proj", d, d, attended);
        }

        TValue FeedForward(string name, TValue value)
        {
            // CLIP's "quick GELU": x sigmoid(1.702 x).
            var hidden = VectorLayers.Linear(r, $"{name}.fc1", d, Config.Hidden, value);
            hidden = r.Multiply(hidden, r.Sigmoid(r.Affine(hidden, 1.702)));
            return VectorLayers.Linear(r, $"{name}.fc2", Config.Hidden, d, hidden);
        }
    }
}

/// <summary>The sizes of CLIP's vision transformer; the defaults are ViT-L/14's.</summary>
public sealed record ClipVisionConfig
{
    /// <summary>Width and height of the image in pixels.</summary>
    public int Side { get; init; } = 224;

    /// <summary>Width and height of a patch in pixels; divides the side.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Numbers of a token.</summary>
    public int Width { get; init; } = 1024;

    public int Layers { get; init; } = 24;

    public int Heads { get; init; } = 16;

    /// <summary>Hidden numbers of the feed-forward parts.</summary>
    public int Hidden { get; init; } = 4096;
}
