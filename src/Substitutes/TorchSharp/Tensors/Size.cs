using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A shape as a value: made from numbers and tuples, compared by its sides.</summary>
    public struct Size : IEnumerable<long>
    {
        public static readonly Size Empty = new(Array.Empty<long>());

        private readonly long[]? _sides;

        public Size(long[] shape) => _sides = shape;

        public Size(IEnumerable<long> shape) => _sides = [.. shape];

        public Size(int[] shape) => _sides = [.. shape.Select(side => (long)side)];

        public Size(long size) => _sides = [size];

        public Size((long, long) size) => _sides = [size.Item1, size.Item2];

        public Size((long, long, long) size) => _sides = [size.Item1, size.Item2, size.Item3];

        public Size((long, long, long, long) size) => _sides = [size.Item1, size.Item2, size.Item3, size.Item4];

        public Size((long, long, long, long, long) size) =>
            _sides = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5];

        public Size((long, long, long, long, long, long) size) =>
            _sides = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6];

        public Size(int size) => _sides = [size];

        public Size((int, int) size) => _sides = [size.Item1, size.Item2];

        public Size((int, int, int) size) => _sides = [size.Item1, size.Item2, size.Item3];

        public Size((int, int, int, int) size) => _sides = [size.Item1, size.Item2, size.Item3, size.Item4];

        public Size((int, int, int, int, int) size) =>
            _sides = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5];

        public Size((int, int, int, int, int, int) size) =>
            _sides = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6];

        public readonly long[] Shape => _sides ?? [];

        public readonly int Length => Shape.Length;

        public readonly bool IsEmpty => Length == 0;

        public readonly bool IsScalar => Length == 0;

        public readonly long this[int idx] => Shape[idx];

        public readonly long this[long idx] => Shape[idx];

        public static implicit operator Size(long size) => new(size);

        public static implicit operator Size((long, long) size) => new(size);

        public static implicit operator Size((long, long, long) size) => new(size);

        public static implicit operator Size((long, long, long, long) size) => new(size);

        public static implicit operator Size((long, long, long, long, long) size) => new(size);

        public static implicit operator Size((long, long, long, long, long, long) size) => new(size);

        public static implicit operator Size(long[] size) => new(size);

        public static Size operator +(Size left, Size right) => new([.. left.Shape, .. right.Shape]);

        public static Size operator +(Size left, IEnumerable<long> right) => new([.. left.Shape, .. right]);

        public static bool operator ==(Size left, Size right) => left.Shape.AsSpan().SequenceEqual(right.Shape);

        public static bool operator !=(Size left, Size right) => !(left == right);

        /// <summary>From the first to before the next; negative counts from the end.</summary>
        public readonly Size Slice(int first, int next) =>
            new(Shape[(first < 0 ? Length + first : first)..(next < 0 ? Length + next : next)]);

        public readonly IEnumerable<long> Take(int i) => Shape.Take(i);

        public readonly long numel() => Shape.Aggregate(1L, (product, side) => product * side);

        public override readonly bool Equals(object? obj) => obj is Size other && this == other;

        public override readonly int GetHashCode() =>
            ((IStructuralEquatable)Shape).GetHashCode(EqualityComparer<long>.Default);

        public readonly IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)Shape).GetEnumerator();

        readonly IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
