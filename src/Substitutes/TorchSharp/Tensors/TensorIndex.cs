namespace TorchSharp;

public static partial class torch
{
    /// <summary>One position of an indexing expression, as in Python's t[0, 1:3, ..., None].</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Bool,
            Tensor,
            Slice,
        }

        internal long? startIndexOrBoolOrSingle;
        internal long? stopIndex;
        internal long? step;
        internal Kind kind;
        internal Tensor? tensor;

        public static TensorIndex Ellipsis => new() { kind = Kind.Ellipsis };

        public static TensorIndex None => new() { kind = Kind.None };

        public static TensorIndex Null => new() { kind = Kind.Null };

        public static TensorIndex Colon => Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { kind = Kind.Slice, startIndexOrBoolOrSingle = start, stopIndex = stop, step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) => range;

        public static TensorIndex Bool(bool value) =>
            new() { kind = Kind.Bool, startIndexOrBoolOrSingle = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => new() { kind = Kind.Single, startIndexOrBoolOrSingle = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { kind = Kind.Tensor, tensor = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(Tensor tensor) => Tensor(tensor);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        public static implicit operator TensorIndex(Index index) =>
            Single(index.IsFromEnd ? -index.Value : index.Value);

        // ^0 as an end is "to the end": -0 would be an empty slice.
        public static implicit operator TensorIndex(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);
    }
}
