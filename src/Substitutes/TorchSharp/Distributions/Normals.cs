using static TorchSharp.torch;
using static TorchSharp.torch.distributions;

namespace TorchSharp.Modules;

/// <summary>A distribution with a location and a scale for each element of the batch.</summary>
public abstract class LocationScale : Distribution
{
    private protected readonly Tensor Loc;
    private protected readonly Tensor Scale;

    private protected LocationScale(Tensor loc, Tensor scale, Generator? generator)
        : base(generator)
    {
        using var scope = NewDisposeScope();
        var both = broadcast_tensors(loc, scale);
        (Loc, Scale) = (Own(both[0]), Own(both[1]));
        batch_shape = Loc.shape;
    }

    public override Tensor mode => Loc;

    public override Distribution expand(Size batch_shape, Distribution? instance = null)
    {
        using var scope = NewDisposeScope();
        return With(Loc.expand(batch_shape.Shape), Scale.expand(batch_shape.Shape));
    }

    private protected abstract Distribution With(Tensor loc, Tensor scale);

    private protected Tensor Standardized(Tensor value) => (value - Loc) / Scale;
}

public class Normal : LocationScale
{
    private static readonly double LogRootTwoPi = Math.Log(Math.Sqrt(2 * Math.PI));

    public Normal(Tensor loc, Tensor scale, Generator? generator = null)
        : base(loc, scale, generator)
    {
    }

    public override Tensor mean => Loc;

    public override Tensor stddev => Scale;

    public override Tensor variance => Scale.pow(2);

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => Loc + (Gauss(Loc, ExtendedShape(sample_shape)) * Scale));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (Standardized(value).pow(2) / -2) - Scale.log() - LogRootTwoPi);

    public override Tensor entropy() => WrappedTensorDisposeScope(() => Scale.log() + 0.5 + LogRootTwoPi);

    public override Tensor cdf(Tensor value) =>
        WrappedTensorDisposeScope(() => (1 + (Standardized(value) / Math.Sqrt(2)).erf()) * 0.5);

    public override Tensor icdf(Tensor value) =>
        WrappedTensorDisposeScope(() => Loc + (Scale * ((2 * value) - 1).erfinv() * Math.Sqrt(2)));

    private protected override Distribution With(Tensor loc, Tensor scale) => new Normal(loc, scale, generator);
}

public class LogNormal : LocationScale
{
    private readonly Normal _normal;

    internal LogNormal(Tensor loc, Tensor scale, Generator? generator = null)
        : base(loc, scale, generator) => _normal = new Normal(loc, scale, generator);

    public Tensor loc => Loc;

    public Tensor scale => Scale;

    public override Tensor mean => WrappedTensorDisposeScope(() => (Loc + (Scale.pow(2) / 2)).exp());

    public override Tensor mode => WrappedTensorDisposeScope(() => (Loc - Scale.pow(2)).exp());

    public override Tensor variance =>
        WrappedTensorDisposeScope(() => Scale.pow(2).expm1() * ((2 * Loc) + Scale.pow(2)).exp());

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => _normal.rsample(sample_shape).exp());

    public override Tensor log_prob(Tensor value) =>
        WrappedTensorDisposeScope(() => _normal.log_prob(value.log()) - value.log());

    public override Tensor entropy() => WrappedTensorDisposeScope(() => _normal.entropy() + Loc);

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => _normal.cdf(value.log()));

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() => _normal.icdf(value).exp());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _normal.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override Distribution With(Tensor loc, Tensor scale) => new LogNormal(loc, scale, generator);
}

public class HalfNormal : Normal
{
    internal HalfNormal(Tensor scale, Generator? generator = null)
        : base(zeros_like(scale), scale, generator)
    {
    }

    public Tensor scale => Scale;

    public override Tensor mean => WrappedTensorDisposeScope(() => Scale * Math.Sqrt(2 / Math.PI));

    public override Tensor stddev => variance.sqrt();

    public override Tensor variance => WrappedTensorDisposeScope(() => Scale.pow(2) * (1 - (2 / Math.PI)));

    public override Tensor rsample(params long[] sample_shape) =>
        WrappedTensorDisposeScope(() => base.rsample(sample_shape).abs());

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(
        () => (base.log_prob(value) + Math.Log(2)).masked_fill(value < 0, double.NegativeInfinity));

    public override Tensor entropy() => WrappedTensorDisposeScope(() => base.entropy() - Math.Log(2));

    public override Tensor cdf(Tensor value) => WrappedTensorDisposeScope(() => (2 * base.cdf(value)) - 1);

    public override Tensor icdf(Tensor value) => WrappedTensorDisposeScope(() => base.icdf((value + 1) / 2));

    private protected override Distribution With(Tensor loc, Tensor scale) => new HalfNormal(scale, generator);
}

/// <summary>A vector with a covariance; only one of the three matrices is given.</summary>
public class MultivariateNormal : Distribution
{
    private readonly Tensor _loc;
    private readonly Tensor _root;

    public MultivariateNormal(
        Tensor loc, Tensor? covariance_matrix = null, Tensor? precision_matrix = null, Tensor? scale_tril = null,
        Generator? generator = null)
        : base(generator)
    {
        if (new[] { covariance_matrix, precision_matrix, scale_tril }.Count(matrix => matrix is not null) != 1)
        {
            throw new ArgumentException(
                "Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
        }

        using var scope = NewDisposeScope();
        var root = scale_tril ?? linalg.cholesky(covariance_matrix ?? linalg.inv(precision_matrix!));
        var batch = broadcast_tensors(root.select(-1, 0), loc)[0].shape[..^1];
        var size = loc.shape[^1];
        _loc = Own(loc.expand([.. batch, size]));
        _root = Own(root.expand([.. batch, size, size]));
        (batch_shape, event_shape) = (batch, size);
    }

    public Tensor loc => _loc;

    public Tensor scale_tril => _root;

    public Tensor covariance_matrix => WrappedTensorDisposeScope(() => _root.matmul(_root.mT));

    public Tensor precision_matrix => WrappedTensorDisposeScope(() => linalg.inv(covariance_matrix));

    public override Tensor mean => _loc;

    public override Tensor mode => _loc;

    public override Tensor variance => WrappedTensorDisposeScope(() => _root.pow(2).sum(-1L));

    public override Tensor rsample(params long[] sample_shape) => WrappedTensorDisposeScope(
        () => _loc + _root.matmul(Gauss(_loc, ExtendedShape(sample_shape)).unsqueeze(-1)).squeeze(-1));

    public override Tensor log_prob(Tensor value) => WrappedTensorDisposeScope(() =>
    {
        var difference = (value - _loc).unsqueeze(-1);
        var (root, right) = Broadcast(_root, difference);
        var distance = linalg.solve_triangular(root, right, upper: false).squeeze(-1).pow(2).sum(-1L);
        return ((distance + (event_shape[0] * Math.Log(2 * Math.PI))) / -2) - HalfLogDeterminant();
    });

    public override Tensor entropy() => WrappedTensorDisposeScope(
        () => HalfLogDeterminant() + (0.5 * event_shape[0] * (1 + Math.Log(2 * Math.PI))));

    public override Distribution expand(Size batch_shape, Distribution? instance = null)
    {
        using var scope = NewDisposeScope();
        return new MultivariateNormal(
            _loc.expand((batch_shape + event_shape).Shape), null, null,
            _root.expand((batch_shape + event_shape + event_shape).Shape), generator);
    }

    private static (Tensor Root, Tensor Right) Broadcast(Tensor root, Tensor right)
    {
        var batch = broadcast_tensors(root.select(-1, 0).select(-1, 0), right.select(-1, 0).select(-1, 0))[0].shape;
        return (root.expand([.. batch, .. root.shape[^2..]]), right.expand([.. batch, .. right.shape[^2..]]));
    }

    private Tensor HalfLogDeterminant() => _root.diagonal(0, -2, -1).log().sum(-1L);
}
