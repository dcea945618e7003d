using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Leaves out elements or whole channels with probability p, while training.</summary>
public abstract class DropoutModule : ParameterLessModule<Tensor, Tensor>
{
    private protected DropoutModule(string name, double p, bool inplace)
        : base(name)
    {
        this.p = p;
        this.inplace = inplace;
    }

    public double p { get; set; }

    public bool inplace { get; set; }
}

public sealed class Dropout : DropoutModule
{
    internal Dropout(double p, bool inplace)
        : base(nameof(Dropout), p, inplace)
    {
    }

    public override Tensor forward(Tensor tensor) => functional.dropout(tensor, p, training, inplace);
}

public sealed class Dropout1d : DropoutModule
{
    internal Dropout1d(double p, bool inplace)
        : base(nameof(Dropout1d), p, inplace)
    {
    }

    public override Tensor forward(Tensor tensor) => functional.dropout1d(tensor, p, training, inplace);
}

public sealed class Dropout2d : DropoutModule
{
    internal Dropout2d(double p, bool inplace)
        : base(nameof(Dropout2d), p, inplace)
    {
    }

    public override Tensor forward(Tensor input) => functional.dropout2d(input, p, training, inplace);
}

public sealed class Dropout3d : DropoutModule
{
    internal Dropout3d(double p, bool inplace)
        : base(nameof(Dropout3d), p, inplace)
    {
    }

    public override Tensor forward(Tensor input) => functional.dropout3d(input, p, training, inplace);
}

public sealed class AlphaDropout : DropoutModule
{
    internal AlphaDropout(double p, bool inplace)
        : base(nameof(AlphaDropout), p, inplace)
    {
    }

    public override Tensor forward(Tensor tensor) => functional.alpha_dropout(tensor, p, training, inplace);
}

public sealed class FeatureAlphaDropout : DropoutModule
{
    internal FeatureAlphaDropout(double p, bool inplace)
        : base(nameof(FeatureAlphaDropout), p, inplace)
    {
    }

    public override Tensor forward(Tensor input) => functional.feature_alpha_dropout(input, p, training, inplace);
}
