namespace TorchSharp.Modules;

public sealed class ReflectionPad3d : PadBase
{
    internal ReflectionPad3d(params long[] borders)
        : base(nameof(ReflectionPad3d), PaddingModes.Reflect, 0, borders)
    {
    }
}

public sealed class ReplicationPad3d : PadBase
{
    internal ReplicationPad3d(params long[] borders)
        : base(nameof(ReplicationPad3d), PaddingModes.Replicate, 0, borders)
    {
    }
}

public sealed class ConstantPad1d : PadBase
{
    internal ConstantPad1d(double value, params long[] borders)
        : base(nameof(ConstantPad1d), PaddingModes.Constant, value, borders)
    {
    }
}

public sealed class ConstantPad3d : PadBase
{
    internal ConstantPad3d(double value, params long[] borders)
        : base(nameof(ConstantPad3d), PaddingModes.Constant, value, borders)
    {
    }
}
