using System.Numerics;

namespace EdgeRestore.Degradations;

/// <summary>A small seeded generator whose sequence is the same on every machine and in every version.</summary>
/// <remarks>
/// xoshiro256** 1.0 seeded by splitmix64 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021,
/// public-domain reference code). A mutable value: pass it by <c>ref</c>, a copy continues on its own.
/// </remarks>
public struct Prng
{
    private const double UnitStep = 1.0 / (1UL << 53);

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    public Prng(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>A generator for one purpose under a seed: different purposes never share a sequence.</summary>
    public Prng(ulong seed, ulong purpose)
        : this(Combine(seed, purpose))
    {
    }

    /// <summary>Mixes a number into a seed; the order of successive numbers matters.</summary>
    public static ulong Combine(ulong seed, ulong value)
    {
        var state = seed ^ (value * 0xD1342543DE82EF95);
        return SplitMix(ref state);
    }

    /// <summary>Mixes a text's characters into a seed.</summary>
    public static ulong Combine(ulong seed, ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            seed = Combine(seed, character);
        }

        return Combine(seed, (ulong)text.Length);
    }

    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * UnitStep;

    /// <summary>Uniform in [low, high).</summary>
    public double NextDouble(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Uniform over the whole numbers from low to below highEnd.</summary>
    public int NextInt32(int low, int highEnd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(highEnd, low);
        return low + (int)Math.BigMul(NextUInt64(), (ulong)(highEnd - low), out _);
    }

    /// <summary>Standard normal deviate, by the ziggurat method.</summary>
    /// <remarks>Doornik, "An improved ziggurat method to generate normal random samples" (2005), 128 layers.</remarks>
    public double NextGaussian()
    {
        while (true)
        {
            var bits = NextUInt64();
            var layer = (int)(bits & 127);
            var u = ((bits >> 11) * (2.0 * UnitStep)) - 1.0;
            if (Math.Abs(u) < Ziggurat.Ratios[layer])
            {
                return u * Ziggurat.Edges[layer];
            }

            if (layer == 0)
            {
                return NextTail(u < 0.0);
            }

            var x = u * Ziggurat.Edges[layer];
            var f0 = ExactMath.Exp(-0.5 * ((Ziggurat.Edges[layer] * Ziggurat.Edges[layer]) - (x * x)));
            var f1 = ExactMath.Exp(-0.5 * ((Ziggurat.Edges[layer + 1] * Ziggurat.Edges[layer + 1]) - (x * x)));
            if (f1 + (NextDouble() * (f0 - f1)) < 1.0)
            {
                return x;
            }
        }
    }

    private double NextTail(bool negative)
    {
        double x;
        double y;
        do
        {
            // 1 - u lies in (0, 1], where the logarithm is finite.
            x = ExactMath.Log(1.0 - NextDouble()) / Ziggurat.Tail;
            y = ExactMath.Log(1.0 - NextDouble());
        }
        while (-2.0 * y < x * x);

        return negative ? x - Ziggurat.Tail : Ziggurat.Tail - x;
    }

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static class Ziggurat
    {
        // Right-most edge and area of a layer for 128 layers (Doornik 2005, table 1).
        public const double Tail = 3.442619855899;
        private const double Area = 9.91256303526217e-3;

        public static readonly double[] Edges = BuildEdges();
        public static readonly double[] Ratios = [.. Enumerable.Range(0, 128).Select(i => Edges[i + 1] / Edges[i])];

        private static double[] BuildEdges()
        {
            var edges = new double[129];
            var f = ExactMath.Exp(-0.5 * Tail * Tail);
            edges[0] = Area / f;
            edges[1] = Tail;
            for (var i = 2; i < 128; i++)
            {
                edges[i] = Math.Sqrt(-2.0 * ExactMath.Log((Area / edges[i - 1]) + f));
                f = ExactMath.Exp(-0.5 * edges[i] * edges[i]);
            }

            return edges;
        }
    }
}
