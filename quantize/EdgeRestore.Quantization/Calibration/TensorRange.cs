namespace EdgeRestore.Quantization.Calibration;

/// <summary>Least and largest value that a tensor's quantised form is to represent.</summary>
public readonly record struct TensorRange(float Min, float Max)
{
    /// <summary>The range that holds both.</summary>
    public TensorRange Union(TensorRange other) => new(Math.Min(Min, other.Min), Math.Max(Max, other.Max));
}
