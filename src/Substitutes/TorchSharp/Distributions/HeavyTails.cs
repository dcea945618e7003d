using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

public class Cauchy : LocationScale
{
    public Cauchy(Tensor loc, Tensor scale, Generator? generator = null)
        : base(loc, scale, generator)
    {
    }

    public override Tensor mean => FullLike(Loc, double.NaN);

    public override Tensor variance => FullLike(Loc, double.PositiveInfinity);

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => Loc + (empty(ExtendedShape(sample_shape), Loc.dtype, Loc.device).cauchy_(0, 1, generator) * Scale));

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => -Math.Log(Math.PI) - Scale.log() - Standardized(value).pow(2).log1p());

    public override Tensor entropy() => WrappedTensorDisposeScope(() => Scale.log() + Math.Log(4 * Math.PI));

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => (Standardized(value).atan() / Math.PI) + 0.5);

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => ((value - 0.5) * Math.PI).tan().mul(Scale) + Loc);

    private protected override Distribution With(Tensor loc, Tensor scale) => new Cauchy(loc, scale, generator);
}

public class HalfCauchy : Cauchy
{
    internal HalfCauchy(Tensor scale, Generator? generator = null)
        : base(zeros_like(scale), scale, generator)
    {
    }

    public Tensor scale => Scale;

    public override Tensor mean => FullLike(Loc, double.PositiveInfinity);

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => base.rsample(sample_shape).abs());

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (base.log_prob(value) + Math.Log(2)).masked_fill(value < 0, double.NegativeInfinity));

    public override Tensor entropy() => WrappedTensorDisposeScope(() => base.entropy() - Math.Log(2));

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => (2 * base.cdf(value)) - 1);

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() => base.icdf((value + 1) / 2));

    private protected override Distribution With(Tensor loc, Tensor scale) => new HalfCauchy(scale, generator);
}

public class Laplace : LocationScale
{
    public Laplace(Tensor loc, Tensor scale, Generator? generator = null)
        : base(loc, scale, generator)
    {
    }

    public override Tensor mean => Loc;

    public override Tensor stddev => WrappedTensorDisposeScope(() => Scale * Math.Sqrt(2));

    public override Tensor variance => WrappedTensorDisposeScope(() => 2 * Scale.pow(2));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var u = (Uniform(Loc, ExtendedShape(sample_shape)) * 2) - 1;
        return Loc - (Scale * u.sign() * (-u.abs().clamp_max(1 - finfo(u.dtype).eps)).log1p());
    });

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => -(2 * Scale).log() - Standardized(value).abs());

    public override Tensor entropy() => WrappedTensorDisposeScope(() => 1 + (2 * Scale).log());

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var place = Standardized(value);
        return 0.5 - (0.5 * place.sign() * (-place.abs()).expm1());
    });

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var term = value - 0.5;
        return Loc - (Scale * term.sign() * (-2 * term.abs()).log1p());
    });

    private protected override Distribution With(Tensor loc, Tensor scale) => new Laplace(loc, scale, generator);
}

public class Gumbel : LocationScale
{
    internal Gumbel(Tensor loc, Tensor scale, Generator? generator = null)
        : base(loc, scale, generator)
    {
    }

    public override Tensor mean => WrappedTensorDisposeScope(() => Loc + (Scale * euler_constant));

    public override Tensor stddev => WrappedTensorDisposeScope(() => Scale * (Math.PI / Math.Sqrt(6)));

    public override Tensor variance => WrappedTensorDisposeScope(() => Scale.pow(2) * (Math.PI * Math.PI / 6));

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => icdf(ClampProbs(Uniform(Loc, ExtendedShape(sample_shape)))));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var y = -Standardized(value);
        return y - y.exp() - Scale.log();
    });

    public override Tensor entropy() => WrappedTensorDisposeScope(() => Scale.log() + 1 + euler_constant);

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => (-(-Standardized(value)).exp()).exp());

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => Loc - (Scale * (-value.log()).log()));

    private protected override Distribution With(Tensor loc, Tensor scale) => new Gumbel(loc, scale, generator);
}

/// <summary>Between low and high, all alike.</summary>
public class Uniform : LocationScale
{
    public Uniform(Tensor low, Tensor high, Generator? generator = null)
        : base(low, high, generator)
    {
    }

    public override Tensor mean => WrappedTensorDisposeScope(() => (High + Low) / 2);

    public override Tensor mode => FullLike(Low, double.NaN);

    public override Tensor stddev => WrappedTensorDisposeScope(() => (High - Low) / Math.Sqrt(12));

    public override Tensor variance => WrappedTensorDisposeScope(() => (High - Low).pow(2) / 12);

    private Tensor Low => Loc;

    private Tensor High => Scale;

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => Low + (rand(ExtendedShape(sample_shape), Low.dtype, Low.device, generator: generator) * (High - Low)));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (Low.le(value) & High.gt(value)).to_type(Low.dtype).log() - (High - Low).log());

    public override Tensor entropy() => WrappedTensorDisposeScope(() => (High - Low).log());

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => ((value - Low) / (High - Low)).clamp(0, 1));

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() => (value * (High - Low)) + Low);

    private protected override Distribution With(Tensor loc, Tensor scale) => new Uniform(loc, scale, generator);
}
