namespace TorchSharp;

/// <summary>How index_reduce joins what falls on one place.</summary>
public enum Reduce
{
    prod,
    mean,
    amax,
    amin,
}
