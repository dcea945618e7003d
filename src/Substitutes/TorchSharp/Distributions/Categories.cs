using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

/// <summary>One of so many categories; weights need not add up to one.</summary>
public class Categorical : Distribution
{
    public Categorical(Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(generator)
    {
        if ((probs is null) == (logits is null))
        {
            throw new ArgumentException("Either `probs` or `logits` must be specified, but not both.");
        }

        using var scope = NewDisposeScope();
        this.probs = Own(probs is null ? LogitsToProbs(logits!) : probs / probs.sum(-1L, true));
        this.logits = Own(
            logits is null ? ProbsToLogits(this.probs) : logits - logits.logsumexp(-1, true));
        batch_shape = this.probs.shape[..^1];
    }

    public Tensor probs { get; }

    public Tensor logits { get; }

    public long num_categories => probs.shape[^1];

    public override Tensor mean => Undefined();

    public override Tensor mode => probs.argmax(-1);

    public override Tensor variance => Undefined();

    protected long[] param_shape => probs.shape;

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var count = new Size(sample_shape).numel();
        var rows = probs.detach().reshape(-1, num_categories);
        return rows.multinomial(count, true, generator).t().reshape(ExtendedShape(sample_shape));
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var places = value.to_type(ScalarType.Int64).unsqueeze(-1);
        var both = broadcast_tensors(places, logits);
        return both[1].gather(-1, both[0].narrow(-1, 0, 1)).squeeze(-1);
    });

    public override Tensor entropy() => WrappedTensorDisposeScope(
        () => -(logits.clamp_min(finfo(logits.dtype).min) * probs).sum(-1L));

    public override Tensor enumerate_support(bool expand = true) => WrappedTensorDisposeScope(() =>
    {
        var values = arange(num_categories, ScalarType.Int64, probs.device)
            .view([-1, .. Enumerable.Repeat(1L, batch_shape.Length)]);
        return expand ? values.expand([num_categories, .. batch_shape.Shape]) : values;
    });

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Categorical(null, logits.expand([.. batch_shape.Shape, num_categories]), generator);

    private Tensor Undefined() =>
        full(ExtendedShape(), double.NaN, probs.dtype, probs.device);
}

public class OneHotCategorical : Distribution
{
    private readonly Categorical _categorical;

    public OneHotCategorical(Tensor? p = null, Tensor? l = null, Generator? generator = null)
        : base(generator)
    {
        _categorical = new Categorical(p, l, generator);
        (batch_shape, event_shape) = (_categorical.batch_shape, _categorical.num_categories);
    }

    public Tensor probs => _categorical.probs;

    public Tensor logits => _categorical.logits;

    public override Tensor mean => probs;

    public override Tensor mode => WrappedTensorDisposeScope(() => OneHot(probs.argmax(-1)));

    public override Tensor variance => WrappedTensorDisposeScope(() => probs * (1 - probs));

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => OneHot(_categorical.rsample(sample_shape)));

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => _categorical.log_prob(value.argmax(-1)));

    public override Tensor entropy() => _categorical.entropy();

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new OneHotCategorical(null, logits.expand((batch_shape + event_shape).Shape), generator);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _categorical.Dispose();
        }

        base.Dispose(disposing);
    }

    private Tensor OneHot(Tensor places) =>
        nn.functional.one_hot(places, _categorical.num_categories).to_type(probs.dtype);
}

/// <summary>How often each category came in so many draws.</summary>
public class Multinomial : Distribution
{
    private readonly Categorical _categorical;

    public Multinomial(int total_count, Tensor? probs = null, Tensor? logits = null, Generator? generator = null)
        : base(generator)
    {
        this.total_count = total_count;
        _categorical = new Categorical(probs, logits, generator);
        (batch_shape, event_shape) = (_categorical.batch_shape, _categorical.num_categories);
    }

    public int total_count { get; }

    public Tensor probs => _categorical.probs;

    public Tensor logits => _categorical.logits;

    public override Tensor mean => WrappedTensorDisposeScope(() => probs * total_count);

    public override Tensor variance => WrappedTensorDisposeScope(() => total_count * probs * (1 - probs));

    protected long[] param_shape => probs.shape;

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(() =>
    {
        var draws = _categorical.rsample([total_count, .. sample_shape]);
        return nn.functional.one_hot(draws, _categorical.num_categories).sum(0L).to_type(probs.dtype);
    });

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (value.sum(-1L) + 1).lgamma() - (value + 1).lgamma().sum(-1L) + (value * logits).sum(-1L));

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Multinomial(total_count, null, logits.expand((batch_shape + event_shape).Shape), generator);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _categorical.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Takes the last dimensions of a batch for the event.</summary>
public class Independent : Distribution
{
    private readonly Distribution _base;
    private readonly int _count;

    public Independent(Distribution base_distribution, int reinterpreted_batch_ndims, Generator? generator = null)
        : base(generator)
    {
        (_base, _count) = (base_distribution, reinterpreted_batch_ndims);
        if (_count > _base.batch_shape.Length)
        {
            throw new ArgumentException(
                $"Expected reinterpreted_batch_ndims <= {_base.batch_shape.Length}, got {_count}.");
        }

        var shape = (_base.batch_shape + _base.event_shape).Shape;
        var split = _base.batch_shape.Length - _count;
        (batch_shape, event_shape) = (shape[..split], shape[split..]);
    }

    public override Tensor mean => _base.mean;

    public override Tensor mode => _base.mode;

    public override Tensor variance => _base.variance;

    public override Tensor sample(params long[] sample_shape) => _base.sample(sample_shape);

    public override Tensor rsample(params long[] sample_shape) => _base.rsample(sample_shape);

    public override Tensor log_prob(Tensor value) => SumLast(_base.log_prob(value));

    public override Tensor entropy() => SumLast(_base.entropy());

    public override Distribution expand(Size batch_shape, Distribution? instance = null) =>
        new Independent(
            _base.expand(new Size([.. batch_shape.Shape, .. event_shape.Shape[.._count]])), _count, generator);

    private Tensor SumLast(Tensor values)
    {
        if (_count == 0)
        {
            return values;
        }

        using (values)
        {
            return values.sum([.. Enumerable.Range(1, _count).Select(i => (long)-i)]);
        }
    }
}
