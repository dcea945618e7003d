using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Scale and shift, when a normalisation learns them.</summary>
public abstract class AffineNormalization : Module<Tensor, Tensor>
{
    private Parameter? _weight;
    private Parameter? _bias;

    private protected AffineNormalization(
        string name, long[] shape, double eps, bool affine, bool hasBias, Device? device, ScalarType? dtype)
        : base(name)
    {
        this.eps = eps;
        if (!affine)
        {
            return;
        }

        weight = new Parameter(ones(shape, dtype, device));
        if (hasBias)
        {
            bias = new Parameter(zeros(shape, dtype, device));
        }
    }

    public double eps { get; }

    public Parameter? weight
    {
        get => _weight;
        set
        {
            _weight = value;
            ConditionallyRegisterParameter(nameof(weight), value);
        }
    }

    public Parameter? bias
    {
        get => _bias;
        set
        {
            _bias = value;
            ConditionallyRegisterParameter(nameof(bias), value);
        }
    }

    public virtual void reset_parameters()
    {
        if (weight is not null)
        {
            init.ones_(weight);
        }

        if (bias is not null)
        {
            init.zeros_(bias);
        }
    }

    protected override void RegisterComponents()
    {
    }
}

public class LayerNorm : AffineNormalization
{
    internal LayerNorm(
        long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(LayerNorm), normalized_shape, eps, elementwise_affine, bias, device, dtype)
    {
        this.normalized_shape = normalized_shape;
        this.elementwise_affine = elementwise_affine;
    }

    public long[] normalized_shape { get; }

    public bool elementwise_affine { get; }

    public override Tensor forward(Tensor tensor) => functional.layer_norm(tensor, normalized_shape, weight, bias, eps);
}

public class GroupNorm : AffineNormalization
{
    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype)
        : base(nameof(GroupNorm), [num_channels], eps, affine, true, device, dtype)
    {
        this.num_groups = num_groups;
        this.num_channels = num_channels;
    }

    public long num_groups { get; }

    public long num_channels { get; }

    public override Tensor forward(Tensor tensor)
    {
        if (tensor.Dimensions < 3)
        {
            throw new ArgumentException($"Invalid number of dimensions for GroupNorm argument: {tensor.Dimensions}");
        }

        return functional.group_norm(tensor, num_groups, weight, bias, eps);
    }
}

/// <summary>Normalisation with running statistics: batch and instance norm.</summary>
public abstract class RunningNormalization : AffineNormalization
{
    private protected RunningNormalization(
        string name, long features, double eps, double? momentum, bool affine, bool track_running_stats, Device? device,
        ScalarType? dtype)
        : base(name, [features], eps, affine, true, device, dtype)
    {
        num_features = features;
        this.momentum = momentum;
        this.track_running_stats = track_running_stats;
        if (track_running_stats)
        {
            register_buffer("running_mean", zeros(features, dtype, device));
            register_buffer("running_var", ones(features, dtype, device));
            register_buffer("num_batches_tracked", tensor(0L, device: device));
        }
    }

    public long num_features { get; }

    public double? momentum { get; }

    public bool track_running_stats { get; }

    public Tensor? running_mean => get_buffer(nameof(running_mean));

    public Tensor? running_var => get_buffer(nameof(running_var));

    public Tensor? num_batches_tracked => get_buffer(nameof(num_batches_tracked));

    public void reset_running_stats()
    {
        running_mean?.zero_();
        running_var?.fill_(1);
        num_batches_tracked?.zero_();
    }

    // Without a momentum the statistics are the plain average over all batches.
    private protected double CountBatch()
    {
        if (!training || num_batches_tracked is not { } counter)
        {
            return momentum ?? 0;
        }

        counter.add_(1);
        return momentum ?? 1.0 / counter.ToInt64();
    }

    private protected void RequireDimensions(Tensor input, params ReadOnlySpan<long> allowed)
    {
        if (!allowed.Contains(input.Dimensions))
        {
            throw new ArgumentException($"Invalid number of dimensions for {GetName()} argument: {input.Dimensions}");
        }
    }
}

public abstract class BatchNorm : RunningNormalization
{
    private readonly long[] _dimensions;

    private protected BatchNorm(
        string name, long[] dimensions, long features, double eps, double? momentum, bool affine,
        bool track_running_stats, Device? device, ScalarType? dtype)
        : base(name, features, eps, momentum, affine, track_running_stats, device, dtype) => _dimensions = dimensions;

    public override Tensor forward(Tensor input)
    {
        RequireDimensions(input, _dimensions);
        return functional.batch_norm(
            input, running_mean, running_var, weight, bias, training || running_mean is null, CountBatch(), eps);
    }
}

public class BatchNorm1d : BatchNorm
{
    internal BatchNorm1d(
        long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm1d), [2, 3], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(
        long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm2d), [4], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public class BatchNorm3d : BatchNorm
{
    internal BatchNorm3d(
        long features, double eps, double? momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(BatchNorm3d), [5], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public abstract class InstanceNorm : RunningNormalization
{
    private readonly long[] _dimensions;

    private protected InstanceNorm(
        string name, long[] dimensions, long features, double eps, double momentum, bool affine,
        bool track_running_stats, Device? device, ScalarType? dtype)
        : base(name, features, eps, momentum, affine, track_running_stats, device, dtype) => _dimensions = dimensions;

    public override Tensor forward(Tensor input)
    {
        RequireDimensions(input, _dimensions);
        return functional.instance_norm(
            input, running_mean, running_var, weight, bias, training || running_mean is null, CountBatch(), eps);
    }
}

public class InstanceNorm1d : InstanceNorm
{
    internal InstanceNorm1d(
        long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm1d), [2, 3], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public class InstanceNorm2d : InstanceNorm
{
    internal InstanceNorm2d(
        long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm2d), [3, 4], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public class InstanceNorm3d : InstanceNorm
{
    internal InstanceNorm3d(
        long features, double eps, double momentum, bool affine, bool track, Device? device, ScalarType? dtype)
        : base(nameof(InstanceNorm3d), [4, 5], features, eps, momentum, affine, track, device, dtype)
    {
    }
}

public sealed class LocalResponseNorm : FunctionModule
{
    internal LocalResponseNorm(long size, double alpha, double beta, double k)
        : base(
            nameof(LocalResponseNorm), input => functional.local_response_norm(input, size, alpha, beta, k))
    {
    }
}
