using System.Numerics;
using System.Runtime.CompilerServices;

namespace EdgeRestore.Inference.Kernels;

/// <summary>erf of whole vectors, to a few units in the last place of float32.</summary>
internal static class ErrorFunction
{
    public const float RootOfHalf = 0.707106781f;

    // Beyond it erf is 1 in float32.
    private const float End = 4;

    // x·P(x²)/Q(x²): the rational approximation of degree 13 over 8 that Eigen gives for erf of float.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Of(Vector<float> value)
    {
        var x = Vector.MinNative(Vector.MaxNative(value, new Vector<float>(-End)), new Vector<float>(End));
        var z = x * x;
        var p = new Vector<float>(-2.72614225801306e-10f);
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(2.77068142495902e-08f));
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(-2.10102402082508e-06f));
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(-5.69250639462346e-05f));
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(-7.34990630326855e-04f));
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(-2.95459980854025e-03f));
        p = Vector.FusedMultiplyAdd(p, z, new Vector<float>(-1.60960333262415e-02f));
        var q = new Vector<float>(-1.45660718464996e-05f);
        q = Vector.FusedMultiplyAdd(q, z, new Vector<float>(-2.13374055278905e-04f));
        q = Vector.FusedMultiplyAdd(q, z, new Vector<float>(-1.68282697438203e-03f));
        q = Vector.FusedMultiplyAdd(q, z, new Vector<float>(-7.37332916720468e-03f));
        q = Vector.FusedMultiplyAdd(q, z, new Vector<float>(-1.42647390514189e-02f));
        return x * p / q;
    }
}
