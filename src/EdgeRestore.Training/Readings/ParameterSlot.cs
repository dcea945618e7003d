namespace EdgeRestore.Training.Readings;

/// <summary>One named parameter of the parameter vector.</summary>
internal sealed record ParameterSlot(string Name, long[] Shape)
{
    public int Length { get; } = checked((int)Shape.Aggregate(1L, (product, side) => product * side));

    /// <summary>Convolution kernels may be read in bfloat16; norms, temperatures and tables may not.</summary>
    public bool IsKernel => Shape.Length == 4;
}
