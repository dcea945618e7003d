using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

/// <summary>Distributions with two positive parameters that a power of a uniform number gives.</summary>
public class Weibull : LocationScale
{
    internal Weibull(Tensor scale, Tensor concentration, Generator? generator = null)
        : base(scale, concentration, generator)
    {
    }

    public Tensor scale => Loc;

    public Tensor concentration => Scale;

    public override Tensor mean => WrappedTensorDisposeScope(() => Loc * (1 + Scale.reciprocal()).lgamma().exp());

    public override Tensor mode =>
        WrappedTensorDisposeScope(() => Loc * ((Scale - 1) / Scale).pow(Scale.reciprocal()));

    public override Tensor variance => WrappedTensorDisposeScope(() => Loc.pow(2)
        * ((1 + (2 / Scale)).lgamma().exp() - (2 * (1 + Scale.reciprocal()).lgamma()).exp()));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => Loc * (-Uniform(Loc, ExtendedShape(sample_shape)).log()).pow(Scale.reciprocal()));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() => Scale.log() - Loc.log()
        + ((Scale - 1) * (value.log() - Loc.log())) - (value / Loc).pow(Scale));

    public override Tensor entropy() => WrappedTensorDisposeScope(
        () => (euler_constant * (1 - Scale.reciprocal())) + (Loc / Scale).log() + 1);

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => -(-(value / Loc).pow(Scale)).expm1());

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => Loc * (-(-value).log1p()).pow(Scale.reciprocal()));

    private protected override Distribution With(Tensor loc, Tensor scale) => new Weibull(loc, scale, generator);
}

public class Pareto : LocationScale
{
    internal Pareto(Tensor scale, Tensor alpha, Generator? generator = null)
        : base(scale, alpha, generator)
    {
    }

    public Tensor scale => Loc;

    public Tensor alpha => Scale;

    public override Tensor mean => WrappedTensorDisposeScope(
        () => (Scale * Loc / (Scale - 1)).masked_fill(Scale <= 1, double.PositiveInfinity));

    public override Tensor variance => WrappedTensorDisposeScope(
        () =>
            (Loc.pow(2) * Scale / ((Scale - 1).pow(2) * (Scale - 2))).masked_fill(Scale <= 2, double.PositiveInfinity));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => Loc * Uniform(Loc, ExtendedShape(sample_shape)).pow(-Scale.reciprocal()));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => Scale.log() + (Scale * Loc.log()) - ((Scale + 1) * value.log()));

    public override Tensor entropy() =>
        WrappedTensorDisposeScope(() => (Loc / Scale).log() + 1 + Scale.reciprocal());

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => 1 - (Loc / value).pow(Scale));

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => Loc * (1 - value).pow(-Scale.reciprocal()));

    private protected override Distribution With(Tensor loc, Tensor scale) => new Pareto(loc, scale, generator);
}

public class Kumaraswamy : LocationScale
{
    internal Kumaraswamy(Tensor concentration1, Tensor concentration0, Generator? generator = null)
        : base(concentration1, concentration0, generator)
    {
    }

    public Tensor concentration1 => Loc;

    public Tensor concentration0 => Scale;

    public override Tensor mean => WrappedTensorDisposeScope(() => Moment(1));

    public override Tensor mode => WrappedTensorDisposeScope(
        () => ((Loc.reciprocal() * ((-Scale).log1p() - (-Loc * Scale).log1p())).exp())
            .masked_fill((Loc < 1) | (Scale < 1), double.NaN));

    public override Tensor variance => WrappedTensorDisposeScope(() => Moment(2) - Moment(1).pow(2));

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => icdf(ClampProbs(Uniform(Loc, ExtendedShape(sample_shape)))));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() => Loc.log() + Scale.log()
        + ((Loc - 1) * value.log()) + ((Scale - 1) * (-value.pow(Loc)).log1p()));

    public override Tensor entropy() => WrappedTensorDisposeScope(() =>
    {
        var harmonic = (Scale + 1).digamma() + euler_constant;
        return 1 - Scale.reciprocal() + ((1 - Loc.reciprocal()) * harmonic) - Loc.log() - Scale.log();
    });

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => 1 - (1 - value.pow(Loc)).pow(Scale));

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => (1 - (1 - value).pow(Scale.reciprocal())).pow(Loc.reciprocal()));

    private protected override Distribution With(Tensor loc, Tensor scale) => new Kumaraswamy(loc, scale, generator);

    // E[x^n] = b B(1 + n/a, b)
    private Tensor Moment(int n)
    {
        var place = 1 + (n / Loc);
        return Scale * (place.lgamma() + Scale.lgamma() - (place + Scale).lgamma()).exp();
    }
}
