namespace EdgeRestore.Degradations;

/// <summary>A range of a parameter; a draw is uniform over [Low, High).</summary>
public readonly record struct Interval(double Low, double High)
{
    public static implicit operator Interval((double Low, double High) pair) => new(pair.Low, pair.High);

    /// <summary>True where the value lies within, ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>True where the other range lies within, ends included.</summary>
    public bool Contains(Interval other) => Contains(other.Low) && Contains(other.High);

    internal double Draw(ref Prng prng) => prng.NextDouble(Low, High);
}
