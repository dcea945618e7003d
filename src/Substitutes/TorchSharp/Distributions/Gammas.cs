using TorchSharp.Native;
using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

public class Gamma : Distribution
{
    protected Tensor concentration;
    private readonly Tensor _rate;

    public Gamma(Tensor concentration, Tensor rate, Generator? generator = null)
        : base(generator)
    {
        using var scope = NewDisposeScope();
        var both = broadcast_tensors(concentration, rate);
        (this.concentration, _rate) = (Own(both[0]), Own(both[1]));
        batch_shape = _rate.shape;
    }

    public Tensor rate => _rate;

    public override Tensor mean => WrappedTensorDisposeScope(() => concentration / _rate);

    public override Tensor mode => WrappedTensorDisposeScope(() => ((concentration - 1) / _rate).clamp_min(0));

    public override Tensor variance => WrappedTensorDisposeScope(() => concentration / _rate.pow(2));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => (Standard(concentration, ExtendedShape(sample_shape)) / _rate).clamp_min(finfo(_rate.dtype).tiny));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => concentration.xlogy(_rate) + (concentration - 1).xlogy(value) - (_rate * value) - concentration.lgamma());

    public override Tensor entropy() => WrappedTensorDisposeScope(
        () => concentration - _rate.log() + concentration.lgamma() + ((1 - concentration) * concentration.digamma()));

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => concentration.igamma(_rate * value));

    public override Distribution expand(Size batch_shape, Distribution? instance = null)
    {
        using var scope = NewDisposeScope();
        return new Gamma(concentration.expand(batch_shape.Shape), _rate.expand(batch_shape.Shape), generator);
    }

    // libtorch differentiates these samples in their concentration.
    private protected Tensor Standard(Tensor concentration, long[] shape) =>
        Aten.Call("_standard_gamma", concentration.expand(shape), generator);
}

public class Chi2 : Gamma
{
    internal Chi2(Tensor df, Generator? generator = null)
        : base(df * 0.5, FullLike(df, 0.5), generator)
    {
    }

    public Tensor df => WrappedTensorDisposeScope(() => concentration * 2);

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Chi2(df.expand(batch_shape.Shape), generator);
}

public class Exponential : Distribution
{
    private readonly Tensor _rate;

    public Exponential(Tensor rate, Generator? generator = null)
        : base(generator)
    {
        _rate = Own(rate);
        batch_shape = rate.shape;
    }

    public Tensor rate => _rate;

    public override Tensor mean => _rate.reciprocal();

    public override Tensor mode => zeros_like(_rate);

    public override Tensor stddev => _rate.reciprocal();

    public override Tensor variance => _rate.pow(-2);

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => -Uniform(_rate, ExtendedShape(sample_shape)).log() / _rate);

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() => _rate.log() - (_rate * value));

    public override Tensor entropy() => WrappedTensorDisposeScope(() => 1 - _rate.log());

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => 1 - (-_rate * value).exp());

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() => -(-value).log1p() / _rate);

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Exponential(_rate.expand(batch_shape.Shape), generator);
}

/// <summary>Weights that add up to one.</summary>
public class Dirichlet : Distribution
{
    private readonly Tensor _concentration;

    public Dirichlet(Tensor concentration, Generator? generator = null)
        : base(generator)
    {
        _concentration = Own(concentration);
        (batch_shape, event_shape) = (concentration.shape[..^1], concentration.shape[^1..]);
    }

    public Tensor concentration => _concentration;

    public override Tensor mean => WrappedTensorDisposeScope(() => _concentration / Total());

    public override Tensor mode => WrappedTensorDisposeScope(() =>
    {
        var above = (_concentration - 1).clamp_min(0);
        var share = above / above.sum(-1L, true);
        var largest = nn.functional.one_hot(share.argmax(-1), share.shape[^1]).to_type(share.dtype);
        return (_concentration < 1).all(-1, true).where(largest, share);
    });

    public override Tensor variance => WrappedTensorDisposeScope(
        () => _concentration * (Total() - _concentration) / (Total().pow(2) * (Total() + 1)));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var drawn = Aten.Call("_standard_gamma", _concentration.expand(ExtendedShape(sample_shape)), generator)
            .clamp_min(finfo(_concentration.dtype).tiny);
        return drawn / drawn.sum(-1L, true);
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (_concentration - 1).xlogy(value).sum(-1L) - LogNormalization());

    public override Tensor entropy() => WrappedTensorDisposeScope(() =>
    {
        var total = _concentration.sum(-1L);
        var size = _concentration.shape[^1];
        return LogNormalization() - ((size - total) * total.digamma())
            - ((_concentration - 1) * _concentration.digamma()).sum(-1L);
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Dirichlet(_concentration.expand((batch_shape + event_shape).Shape), generator);

    private Tensor Total() => _concentration.sum(-1L, true);

    private Tensor LogNormalization() => _concentration.lgamma().sum(-1L) - _concentration.sum(-1L).lgamma();
}

public class Beta : Distribution
{
    private readonly Dirichlet _dirichlet;

    public Beta(Tensor concentration1, Tensor concentration0, Generator? generator = null)
        : base(generator)
    {
        using var scope = NewDisposeScope();
        _dirichlet = new Dirichlet(stack([.. broadcast_tensors(concentration1, concentration0)], -1), generator);
        batch_shape = _dirichlet.batch_shape;
    }

    public Tensor concentration1 => _dirichlet.concentration.select(-1, 0);

    public Tensor concentration0 => _dirichlet.concentration.select(-1, 1);

    public override Tensor mean => First(_dirichlet.mean);

    public override Tensor mode => First(_dirichlet.mode);

    public override Tensor variance => First(_dirichlet.variance);

    public override Tensor rsample(params long[] sample_shape) => First(_dirichlet.rsample(sample_shape));

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => _dirichlet.log_prob(stack([value, 1 - value], -1)));

    public override Tensor entropy() => _dirichlet.entropy();

    public override Distribution expand(Size batch_shape, Distribution? instance = null)
    {
        using var scope = NewDisposeScope();
        return new Beta(
            concentration1.expand(batch_shape.Shape), concentration0.expand(batch_shape.Shape), generator);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _dirichlet.Dispose();
        }

        base.Dispose(disposing);
    }

    private static Tensor First(Tensor pair)
    {
        using (pair)
        {
            return pair.select(-1, 0);
        }
    }
}

/// <summary>The ratio of two chi-squares, each over its degrees of freedom.</summary>
public class FisherSnedecor : Distribution
{
    private readonly Tensor _df1;
    private readonly Tensor _df2;

    public FisherSnedecor(Tensor df1, Tensor df2, Generator? generator = null)
        : base(generator)
    {
        using var scope = NewDisposeScope();
        var both = broadcast_tensors(df1, df2);
        (_df1, _df2) = (Own(both[0]), Own(both[1]));
        batch_shape = _df1.shape;
    }

    public override Tensor mean => WrappedTensorDisposeScope(
        () => (_df2 / (_df2 - 2)).masked_fill(_df2 <= 2, double.NaN));

    public override Tensor mode => WrappedTensorDisposeScope(
        () => ((_df1 - 2) / _df1 * _df2 / (_df2 + 2)).masked_fill(_df1 <= 2, double.NaN));

    public override Tensor variance => WrappedTensorDisposeScope(() =>
        (2 * _df2.pow(2) * (_df1 + _df2 - 2) / (_df1 * (_df2 - 2).pow(2) * (_df2 - 4)))
        .masked_fill(_df2 <= 4, double.NaN));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var shape = ExtendedShape(sample_shape);
        var upper = Aten.Call("_standard_gamma", (_df1 / 2).expand(shape), generator) / _df1;
        var lower = Aten.Call("_standard_gamma", (_df2 / 2).expand(shape), generator) / _df2;
        return upper / lower.clamp_min(finfo(_df1.dtype).tiny);
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var (half1, half2, ratio) = (_df1 * 0.5, _df2 * 0.5, _df1 / _df2);
        return (half1 + half2).lgamma() - half1.lgamma() - half2.lgamma() + (half1 * ratio.log())
            + ((half1 - 1) * value.log()) - ((half1 + half2) * (ratio * value).log1p());
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new FisherSnedecor(_df1.expand(batch_shape.Shape), _df2.expand(batch_shape.Shape), generator);
}
