namespace EdgeRestore.Quantization.Calibration;

/// <summary>How a tensor's range follows from what was observed.</summary>
public enum RangeMethod
{
    /// <summary>Everything that was seen.</summary>
    MinMax,

    /// <summary>All but the outermost 0.001 %.</summary>
    Percentile,

    /// <summary>
    /// The clipping that loses the least information: Kullback and Leibler's divergence, as TensorRT has it.
    /// </summary>
    Entropy,

    /// <summary>The clipping with the least expected square error at 256 levels.</summary>
    Mse,
}

public static class RangeMethods
{
    /// <summary>Name for options and files.</summary>
    public static string ToName(this RangeMethod method) => method switch
    {
        RangeMethod.MinMax => "minmax",
        RangeMethod.Percentile => "percentile",
        RangeMethod.Entropy => "entropy",
        RangeMethod.Mse => "mse",
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method."),
    };

    /// <summary>Finds a method by its name.</summary>
    public static RangeMethod? Find(string name) =>
        Enum.GetValues<RangeMethod>().Cast<RangeMethod?>().FirstOrDefault(method => method!.Value.ToName() == name);
}
