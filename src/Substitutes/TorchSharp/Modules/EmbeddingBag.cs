using TorchSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Sums, averages or takes the largest of the embeddings of each bag of indices.</summary>
public sealed class EmbeddingBag : Module<Tensor, Tensor?, Tensor?, Tensor>, IModule<Tensor, Tensor>,
    IModule<Tensor, Tensor, Tensor>
{
    private readonly BagOptions _options;

    internal EmbeddingBag(Parameter weight, BagOptions options)
        : base(nameof(EmbeddingBag))
    {
        _options = options;
        register_parameter(nameof(weight), weight);
    }

    public Parameter weight
    {
        get => get_parameter(nameof(weight))!;
        set => ConditionallyRegisterParameter(nameof(weight), value);
    }

    // input: (B, length) without offsets, or (total) with offsets: (B)
    public override Tensor forward(Tensor input, Tensor? offsets = null, Tensor? perSampleWeights = null)
    {
        using var scope = NewDisposeScope();
        if (input.dim() == 2)
        {
            if (offsets is not null)
            {
                throw new ArgumentException("An input with two dimensions has its bags in rows and takes no offsets.");
            }

            offsets = arange(
                0, input.numel() + (_options.IncludeLastOffset ? 1 : 0), input.shape[1], ScalarType.Int64,
                input.device);
            perSampleWeights = perSampleWeights?.reshape(-1);
        }

        var flat = input.reshape(-1);
        if (_options.MaxNorm is { } limit)
        {
            using var off = no_grad();
            Aten.Run("embedding_renorm_", weight, flat, limit, _options.NormType);
        }

        var results = Aten.Call4(
            "embedding_bag.padding_idx", weight, flat,
            offsets ?? throw new ArgumentException("An input with one dimension needs offsets: where each bag starts."),
            _options.ScaleByFrequency, (long)_options.Mode, _options.Sparse, perSampleWeights,
            _options.IncludeLastOffset, _options.PaddingIndex);
        return results.Item1.MoveToOuterDisposeScope();
    }

    public new Tensor call(Tensor input, Tensor? offsets = null, Tensor? perSampleWeights = null) =>
        base.call(input, offsets, perSampleWeights);

    Tensor IModule<Tensor, Tensor>.call(Tensor input1) => call(input1);

    Tensor IModule<Tensor, Tensor, Tensor>.call(Tensor input1, Tensor input2) => call(input1, input2);

    protected override void RegisterComponents()
    {
    }
}

internal sealed record BagOptions(
    double? MaxNorm, double NormType, bool ScaleByFrequency, EmbeddingBagMode Mode, bool Sparse,
    bool IncludeLastOffset, long? PaddingIndex);
