using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

/// <summary>The log odds of a Bernoulli variable made differentiable: Maddison et al., arXiv 1611.00712.</summary>
public class LogitRelaxedBernoulli : Chances
{
    public LogitRelaxedBernoulli(
        Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(probs, logits, generator) => this.temperature = Own(temperature);

    public Tensor temperature { get; }

    public override Tensor mean => throw new NotImplementedException($"{GetType().Name} does not implement mean.");

    public override Tensor variance =>
        throw new NotImplementedException($"{GetType().Name} does not implement variance.");

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var u = ClampProbs(Uniform(probs, ExtendedShape(sample_shape)));
        var p = ClampProbs(probs);
        return (u.log() - (-u).log1p() + p.log() - (-p).log1p()) / temperature;
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var difference = logits - (value * temperature);
        return temperature.log() + difference - (2 * difference.softplus());
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new LogitRelaxedBernoulli(temperature, null, logits.expand(batch_shape.Shape), generator);
}

public class RelaxedBernoulli : LogitRelaxedBernoulli
{
    public RelaxedBernoulli(
        Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(temperature, probs, logits, generator)
    {
    }

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => ClampProbs(base.rsample(sample_shape).sigmoid()));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => base.log_prob(value.log() - (-value).log1p()) - value.log() - (-value).log1p());

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new RelaxedBernoulli(temperature, null, logits.expand(batch_shape.Shape), generator);
}

/// <summary>The logarithm of a relaxed one-hot vector: Jang et al., arXiv 1611.01144.</summary>
public class ExpRelaxedCategorical : Distribution
{
    private readonly Categorical _categorical;

    internal ExpRelaxedCategorical(
        Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(generator)
    {
        this.temperature = Own(temperature);
        _categorical = new Categorical(probs, logits, generator);
        (batch_shape, event_shape) = (_categorical.batch_shape, _categorical.num_categories);
    }

    public Tensor temperature { get; }

    public Tensor probs => _categorical.probs;

    public Tensor logits => _categorical.logits;

    public override Tensor mean => throw new NotImplementedException($"{GetType().Name} does not implement mean.");

    public override Tensor variance =>
        throw new NotImplementedException($"{GetType().Name} does not implement variance.");

    protected long[] param_shape => probs.shape;

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var u = ClampProbs(Uniform(logits, ExtendedShape(sample_shape)));
        return ((logits - (-u.log()).log()) / temperature).log_softmax(-1);
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var count = _categorical.num_categories;
        var scale = FullLike(temperature, count).lgamma() + ((count - 1) * temperature.log());
        var score = logits - (value * temperature);
        return (score - score.logsumexp(-1, true)).sum(-1L) + scale;
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new ExpRelaxedCategorical(
            temperature, null, logits.expand((batch_shape + event_shape).Shape), generator);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _categorical.Dispose();
        }

        base.Dispose(disposing);
    }
}

public class RelaxedOneHotCategorical : ExpRelaxedCategorical
{
    public RelaxedOneHotCategorical(
        Tensor temperature, Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(temperature, probs, logits, generator)
    {
    }

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => base.rsample(sample_shape).exp());

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => base.log_prob(value.log()) - value.log().sum(-1L));

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new RelaxedOneHotCategorical(
            temperature, null, logits.expand((batch_shape + event_shape).Shape), generator);
}
