using System.Runtime.InteropServices;

namespace EdgeRestore.Inference.Tests;

/// <summary>What happens where there is no CUDA cannot be tried where there is.</summary>
internal static class Cuda
{
    public static string? SkipWherePresent { get; } = NativeLibrary.TryLoad("libcuda.so.1", out _)
        ? "This machine has CUDA: stepping down for want of it cannot be tried."
        : null;
}

public sealed class WithoutCudaFactAttribute : FactAttribute
{
    public WithoutCudaFactAttribute() => Skip = Cuda.SkipWherePresent;
}

public sealed class WithoutCudaTheoryAttribute : TheoryAttribute
{
    public WithoutCudaTheoryAttribute() => Skip = Cuda.SkipWherePresent;
}
