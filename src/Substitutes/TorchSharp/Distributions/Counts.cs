using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

/// <summary>A distribution with a chance for each element of the batch, given as itself or as log odds.</summary>
public abstract class Chances : Distribution
{
    private protected Chances(Tensor? probs, Tensor? logits, Generator? generator)
        : base(generator)
    {
        if ((probs is null) == (logits is null))
        {
            throw new ArgumentException("Either `probs` or `logits` must be specified, but not both.");
        }

        using var scope = NewDisposeScope();
        this.probs = Own(probs ?? LogitsToProbs(logits!, true));
        this.logits = Own(logits ?? ProbsToLogits(probs!, true));
        batch_shape = this.probs.shape;
    }

    public Tensor probs { get; }

    public Tensor logits { get; }

    private protected Tensor BinaryCrossEntropy(Tensor target) =>
        nn.functional.binary_cross_entropy_with_logits(
            logits.expand(broadcast_shape(target)), target.expand(broadcast_shape(target)),
            reduction: nn.Reduction.None);

    private long[] broadcast_shape(Tensor target) => broadcast_tensors(logits, target)[0].shape;
}

public class Bernoulli : Chances
{
    public Bernoulli(Tensor? p = null, Tensor? l = null, Generator? generator = null)
        : base(p, l, generator)
    {
    }

    public override Tensor mean => probs;

    public override Tensor mode => WrappedTensorDisposeScope(
        () => (probs >= 0.5).to_type(probs.dtype).masked_fill(probs == 0.5, double.NaN));

    public override Tensor variance => WrappedTensorDisposeScope(() => probs * (1 - probs));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => probs.detach().expand(ExtendedShape(sample_shape)).bernoulli(generator));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() => -BinaryCrossEntropy(value));

    public override Tensor entropy() => WrappedTensorDisposeScope(() => BinaryCrossEntropy(probs));

    public override Tensor enumerate_support(bool expand = true) => WrappedTensorDisposeScope(() =>
    {
        var values = arange(2, probs.dtype, probs.device).view([2, .. Enumerable.Repeat(1L, batch_shape.Length)]);
        return expand ? values.expand([2, .. batch_shape.Shape]) : values;
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Bernoulli(null, logits.expand(batch_shape.Shape), generator);
}

public class Geometric : Chances
{
    public Geometric(Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(probs, logits, generator)
    {
    }

    public override Tensor mean => WrappedTensorDisposeScope(() => probs.reciprocal() - 1);

    public override Tensor mode => zeros_like(probs);

    public override Tensor variance => WrappedTensorDisposeScope(() => (probs.reciprocal() - 1) / probs);

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => (Uniform(probs, ExtendedShape(sample_shape)).log() / (-probs).log1p()).floor().detach());

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => value.xlogy(1 - probs) + probs.log());

    public override Tensor entropy() => WrappedTensorDisposeScope(() => BinaryCrossEntropy(probs) / probs);

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Geometric(null, logits.expand(batch_shape.Shape), generator);
}

public class Binomial : Chances
{
    public Binomial(Tensor total_count, Tensor? p = null, Tensor? l = null, Generator? generator = null)
        : base(p, l, generator)
    {
        using var scope = NewDisposeScope();
        this.total_count = Own(total_count.to_type(probs.dtype).expand_as(probs));
    }

    public Tensor total_count { get; }

    public override Tensor mean => WrappedTensorDisposeScope(() => total_count * probs);

    public override Tensor mode =>
        WrappedTensorDisposeScope(() => ((total_count + 1) * probs).floor().minimum(total_count));

    public override Tensor variance => WrappedTensorDisposeScope(() => total_count * probs * (1 - probs));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var shape = ExtendedShape(sample_shape);
        return binomial(total_count.expand(shape), probs.detach().expand(shape), generator);
    });

    // log C(n, k) + k logits - n softplus(logits)
    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (total_count + 1).lgamma() - (value + 1).lgamma() - (total_count - value + 1).lgamma()
            + (value * logits) - (total_count * logits.softplus()));

    public override Tensor entropy() => WrappedTensorDisposeScope(() =>
    {
        var logs = log_prob(enumerate_support());
        return -(logs.exp() * logs).sum(0L);
    });

    public override Tensor enumerate_support(bool expand = true) => WrappedTensorDisposeScope(() =>
    {
        var most = total_count.max();
        if (!total_count.allclose(most.expand_as(total_count)))
        {
            throw new NotImplementedException("Inhomogeneous total count not supported by `enumerate_support`.");
        }

        var values = arange(most.ToInt64() + 1, probs.dtype, probs.device)
            .view([-1, .. Enumerable.Repeat(1L, batch_shape.Length)]);
        return expand ? values.expand([values.shape[0], .. batch_shape.Shape]) : values;
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Binomial(
            total_count.expand(batch_shape.Shape), null, logits.expand(batch_shape.Shape), generator);
}

/// <summary>Successes before so many failures.</summary>
public class NegativeBinomial : Chances
{
    public NegativeBinomial(Tensor total_count, Tensor? p = null, Tensor? l = null, Generator? generator = null)
        : base(p, l, generator)
    {
        using var scope = NewDisposeScope();
        this.total_count = Own(total_count.to_type(probs.dtype).expand_as(probs));
    }

    public Tensor total_count { get; }

    public override Tensor mean => WrappedTensorDisposeScope(() => total_count * logits.exp());

    public override Tensor mode =>
        WrappedTensorDisposeScope(() => ((total_count - 1) * logits.exp()).floor().clamp_min(0));

    public override Tensor variance => WrappedTensorDisposeScope(() => mean / (-logits).sigmoid());

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        using var off = no_grad();
        using var rates = new Gamma(total_count, (-logits).exp(), generator);
        return Native.Aten.Call("poisson", rates.rsample(sample_shape), generator);
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (total_count * (-logits).log_sigmoid()) + (value * logits.log_sigmoid())
            + (total_count + value).lgamma() - (1 + value).lgamma() - total_count.lgamma());

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new NegativeBinomial(
            total_count.expand(batch_shape.Shape), null, logits.expand(batch_shape.Shape), generator);
}

public class Poisson : Distribution
{
    private readonly Tensor _rate;

    public Poisson(Tensor rate, Generator? generator = null)
        : base(generator)
    {
        _rate = Own(rate);
        batch_shape = rate.shape;
    }

    public Tensor rate => _rate;

    public override Tensor mean => _rate;

    public override Tensor mode => _rate.floor();

    public override Tensor variance => _rate;

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => Native.Aten.Call("poisson", _rate.detach().expand(ExtendedShape(sample_shape)), generator));

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => value.xlogy(_rate) - _rate - (value + 1).lgamma());

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Poisson(_rate.expand(batch_shape.Shape), generator);
}
