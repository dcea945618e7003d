using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            public static class rnn
            {
                /// <summary>Sequences of different lengths, step by step, the longest first.</summary>
                public sealed class PackedSequence : IDisposable
                {
                    internal PackedSequence(Tensor values, Tensor batchSizes, Tensor sorted, Tensor unsorted) =>
                        (data, batch_sizes, sorted_indices, unsorted_indices) = (values, batchSizes, sorted, unsorted);

                    public Tensor data { get; }

                    public Tensor batch_sizes { get; }

                    public Tensor sorted_indices { get; }

                    public Tensor unsorted_indices { get; }

                    internal long LargestBatch
                    {
                        get
                        {
                            using var largest = batch_sizes[0];
                            return largest.ToInt64();
                        }
                    }

                    public void Dispose()
                    {
                        data.Dispose();
                        batch_sizes.Dispose();
                        sorted_indices.Dispose();
                        unsorted_indices.Dispose();
                    }

                    // Other values in the same order; made inside a layer's scope, kept by its caller.
                    internal PackedSequence With(Tensor other) =>
                        new(other, Kept(batch_sizes), Kept(sorted_indices), Kept(unsorted_indices));

                    private static Tensor Kept(Tensor tensor) => tensor.alias().MoveToOuterDisposeScope();
                }

                public static PackedSequence pack_padded_sequence(
                    Tensor input, Tensor lengths, bool batch_first = false, bool enforce_sorted = true)
                {
                    using var scope = NewDisposeScope();
                    var host = lengths.to(ScalarType.Int64, CPU);
                    var sorted = enforce_sorted
                        ? arange(host.shape[0])
                        : host.argsort(0, descending: true);
                    var ordered = enforce_sorted
                        ? input
                        : input.index_select(batch_first ? 0 : 1, sorted.to(input.device));
                    var (data, sizes) = Aten.Call2(
                        "_pack_padded_sequence", ordered, host.index_select(0, sorted), batch_first);
                    return new(
                        data.MoveToOuterDisposeScope(), sizes.MoveToOuterDisposeScope(),
                        sorted.MoveToOuterDisposeScope(), sorted.argsort().MoveToOuterDisposeScope());
                }

                public static (Tensor, Tensor) pad_packed_sequence(
                    PackedSequence sequence, bool batch_first = false, double padding_value = 0.0,
                    long total_length = 0)
                {
                    using var scope = NewDisposeScope();
                    var (padded, lengths) = Aten.Call2(
                        "_pad_packed_sequence", sequence.data, sequence.batch_sizes, batch_first, padding_value,
                        total_length == 0 ? sequence.batch_sizes.shape[0] : total_length);
                    return (
                        padded.index_select(batch_first ? 0 : 1, sequence.unsorted_indices.to(padded.device))
                            .MoveToOuterDisposeScope(),
                        lengths.index_select(0, sequence.unsorted_indices).MoveToOuterDisposeScope());
                }

                public static Tensor pad_sequence(
                    IEnumerable<Tensor> sequences, bool batch_first = false, double padding_value = 0.0) =>
                    Aten.Call("pad_sequence", sequences.ToArray(), batch_first, padding_value);

                public static PackedSequence pack_sequence(IEnumerable<Tensor> sequences, bool enforce_sorted = true)
                {
                    using var scope = NewDisposeScope();
                    Tensor[] all = [.. sequences];
                    var packed = pack_padded_sequence(
                        pad_sequence(all), tensor(all.Select(sequence => sequence.shape[0]).ToArray()),
                        enforce_sorted: enforce_sorted);
                    packed.data.MoveToOuterDisposeScope();
                    packed.batch_sizes.MoveToOuterDisposeScope();
                    packed.sorted_indices.MoveToOuterDisposeScope();
                    packed.unsorted_indices.MoveToOuterDisposeScope();
                    return packed;
                }
            }
        }
    }
}
