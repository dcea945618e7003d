using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

public sealed class Embedding : Module<Tensor, Tensor>
{
    private readonly long? _paddingIndex;
    private readonly bool _scaleByFrequency;
    private readonly bool _sparse;
    private readonly double? _maxNorm;
    private readonly double _normType;
    private Parameter _weight;

    internal Embedding(
        Parameter weight, long? padding_idx, double? max_norm, double norm_type, bool scale_grad_by_freq, bool sparse)
        : base(nameof(Embedding))
    {
        _weight = weight;
        _paddingIndex = padding_idx;
        (_maxNorm, _normType) = (max_norm, norm_type);
        (_scaleByFrequency, _sparse) = (scale_grad_by_freq, sparse);
        register_parameter(nameof(weight), weight);
    }

    public Parameter weight
    {
        get => _weight;
        set
        {
            _weight = value;
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    public override Tensor forward(Tensor input)
    {
        if (_maxNorm is { } limit)
        {
            using var off = no_grad();
            using var scope = NewDisposeScope();
            Native.Aten.Run("embedding_renorm_", weight, input.contiguous(), limit, _normType);
        }

        return functional.embedding(
            input, weight, _paddingIndex, scale_grad_by_freq: _scaleByFrequency, sparse: _sparse);
    }

    protected override void RegisterComponents()
    {
    }
}
