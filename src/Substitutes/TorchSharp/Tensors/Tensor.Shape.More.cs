using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Tensor concatenate(Tensor[] tensors, long axis = 0) => cat((IList<Tensor>)tensors, axis);

    public static Tensor concatenate(ReadOnlySpan<Tensor> tensors, long axis = 0) =>
        cat((IList<Tensor>)tensors.ToArray(), axis);

    public static Tensor cat(Tensor[] tensors, long dim = 0) => cat((IList<Tensor>)tensors, dim);

    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => cat((IList<Tensor>)tensors.ToArray(), dim);

    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat((IList<Tensor>)tensors, dim);

    public static Tensor concat(ReadOnlySpan<Tensor> tensors, long dim = 0) =>
        cat((IList<Tensor>)tensors.ToArray(), dim);

    public static Tensor squeeze_(Tensor input, long? dim = null) =>
        dim is null ? input.squeeze_() : input.squeeze_(dim.Value);

    public static Tensor unsqueeze_(Tensor input, long dim) => input.unsqueeze_(dim);

    public static Tensor column_stack(ReadOnlySpan<Tensor> tensors) => column_stack(tensors.ToArray());

    public static Tensor row_stack(ReadOnlySpan<Tensor> tensors) => row_stack(tensors.ToArray());

    public static Tensor hstack(IList<Tensor> tensors) => Aten.Call("hstack", (Tensor[])[.. tensors]);

    public static Tensor hstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("hstack", (Tensor[])[.. tensors]);

    public static Tensor vstack(IList<Tensor> tensors) => Aten.Call("vstack", (Tensor[])[.. tensors]);

    public static Tensor vstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("vstack", (Tensor[])[.. tensors]);

    public static Tensor dstack(IList<Tensor> tensors) => Aten.Call("dstack", (Tensor[])[.. tensors]);

    public static Tensor dstack(ReadOnlySpan<Tensor> tensors) => Aten.Call("dstack", (Tensor[])[.. tensors]);

    public static Tensor cartesian_prod(ReadOnlySpan<Tensor> tensors) => Aten.Call("cartesian_prod", tensors.ToArray());

    public static Tensor unflatten(Tensor input, long dim, Size sizes) => input.unflatten(dim, sizes);

    public static Tensor[] dsplit(Tensor input, Tensor indices_or_sections) => input.dsplit(indices_or_sections);

    public static Tensor[] dsplit(Tensor input, long size) => input.dsplit(size);

    public static Tensor[] dsplit(Tensor input, long[] indices_or_sections) => input.dsplit(indices_or_sections);

    public static Tensor[] dsplit(Tensor input, (long, long) indices_or_sections) =>
        input.dsplit(Places(indices_or_sections));

    public static Tensor[] dsplit(Tensor input, (long, long, long) indices_or_sections) =>
        input.dsplit(Places(indices_or_sections));

    public static Tensor[] dsplit(Tensor input, (long, long, long, long) indices_or_sections) =>
        input.dsplit(Places(indices_or_sections));

    public static Tensor[] hsplit(Tensor input, Tensor indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] hsplit(Tensor input, long indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] hsplit(Tensor input, long[] indices_or_sections) => input.hsplit(indices_or_sections);

    public static Tensor[] hsplit(Tensor input, (long, long) indices_or_sections) =>
        input.hsplit(Places(indices_or_sections));

    public static Tensor[] hsplit(Tensor input, (long, long, long) indices_or_sections) =>
        input.hsplit(Places(indices_or_sections));

    public static Tensor[] hsplit(Tensor input, (long, long, long, long) indices_or_sections) =>
        input.hsplit(Places(indices_or_sections));

    public static Tensor[] vsplit(Tensor input, long[] indices_or_sections) => input.vsplit(indices_or_sections);

    public static Tensor[] tensor_split(Tensor input, Tensor indices_or_sections, long dim = 0) =>
        input.tensor_split(indices_or_sections, dim);

    public static Tensor[] unbind(Tensor input, long dim = 0) => input.unbind(dim);

    public static Tensor movedim(Tensor input, long source, long destination) => input.movedim([source], [destination]);

    public static Tensor moveaxis(Tensor input, long source, long destination) =>
        input.movedim([source], [destination]);

    public static Tensor moveaxis(Tensor input, (long, long) source, (long, long) destination) =>
        input.movedim([source.Item1, source.Item2], [destination.Item1, destination.Item2]);

    public static Tensor moveaxis(
        Tensor input, (long, long, long) source, (long, long, long) destination) =>
        input.movedim(
            [source.Item1, source.Item2, source.Item3], [destination.Item1, destination.Item2, destination.Item3]);

    public static Tensor moveaxis(
        Tensor input, (long, long, long, long) source, (long, long, long, long) destination) =>
        input.movedim(
            [source.Item1, source.Item2, source.Item3, source.Item4],
            [destination.Item1, destination.Item2, destination.Item3, destination.Item4]);

    public static Tensor take_along_dim(Tensor input, IEnumerable<long> indices, long dim = 0) =>
        input.take_along_dim(indices, dim);

    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) =>
        Aten.Call("gather", input, dim, index, sparse_grad);

    public static Tensor scatter_add_(Tensor input, long dim, Tensor index, Tensor src) =>
        input.scatter_add_(dim, index, src);

    public static Tensor index_fill(Tensor input, long dim, Tensor index, Scalar value) =>
        Aten.Call("index_fill.int_Scalar", input, dim, index, value);

    public static Tensor index_fill_(Tensor input, long dim, Tensor index, Scalar value) =>
        input.index_fill_(dim, index, value);

    public static Tensor index_add_(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        input.index_add_(dim, index, source, alpha);

    public static Tensor index_copy_(Tensor input, long dim, Tensor index, Tensor source) =>
        input.index_copy_(dim, index, source);

    public static Tensor index_reduce(
        Tensor input, long dim, Tensor index, Tensor source, Reduce reduce, bool include_self = true) =>
        Aten.Call("index_reduce", input, dim, index, source, reduce.ToString(), include_self);

    public static IEnumerable<Tensor> atleast_1d(params Tensor[] input) =>
        input.Select(tensor => atleast_1d(tensor)).ToArray();

    public static IEnumerable<Tensor> atleast_2d(params Tensor[] input) =>
        input.Select(tensor => atleast_2d(tensor)).ToArray();

    public static IEnumerable<Tensor> atleast_3d(params Tensor[] input) =>
        input.Select(tensor => atleast_3d(tensor)).ToArray();

    public static Tensor adjoint(Tensor input) => input.transpose(-2, -1).conj();

    public static Tensor diagflat(Tensor input, long offset = 0) => input.diagflat(offset);

    public static Tensor repeat_interleave(Tensor input, Tensor repeats, long? dim = null, long? output_size = null) =>
        Aten.Call("repeat_interleave.self_Tensor", input, repeats, dim, output_size);

    public static Tensor roll(Tensor input, (long, long) shifts, (long, long) dims) => input.roll(shifts, dims);

    public static Tensor roll(Tensor input, (long, long, long) shifts, (long, long, long) dims) =>
        input.roll(shifts, dims);

    public static Tensor roll(Tensor input, long[] shifts) => input.roll(shifts);

    public static Tensor roll(Tensor input, ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
        input.roll(shifts, dims);

    public static Tensor tril_(Tensor input, long diagonal = 0) => input.tril_(diagonal);

    public static Tensor triu_(Tensor input, long diagonal = 0) => input.triu_(diagonal);

    public static Tensor renorm(Tensor input, float p, long dim, float maxnorm) =>
        input.renorm((Scalar)p, dim, (Scalar)maxnorm);

    public partial class Tensor
    {
        public Tensor take_along_dim(IEnumerable<long> indices) => take_along_dim(torch.tensor(indices.ToArray()));

        public Tensor take_along_dim(IEnumerable<long> indices, long dim) =>
            take_along_dim(torch.tensor(indices.ToArray()), dim);

        public Tensor unflatten(long dim, Size sizes) => unflatten(dim, sizes.Shape);

        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);

        public Tensor[] unbind(long dimension = 0) => unbind((int)dimension);

        public Tensor[] split(long size, int dim = 0) => split(size, (long)dim);

        public Tensor[] split(params long[] sizes) => split(sizes, 0L);

        public Tensor[] tensor_split(Tensor indices, long dim = 0) =>
            Aten.CallMany("tensor_split.tensor_indices_or_sections", this, indices, dim);

        public Tensor[] vsplit(params long[] sizes) => Aten.CallMany("vsplit.array", this, sizes);

        public Tensor[] vsplit(Tensor indices) => vsplit(Places(indices));

        public Tensor[] hsplit(params long[] sizes) => Aten.CallMany("hsplit.array", this, sizes);

        public Tensor[] hsplit(Tensor indices) => hsplit(Places(indices));

        public Tensor[] dsplit((long, long) indices_or_sections) => dsplit(Places(indices_or_sections));

        public Tensor[] dsplit((long, long, long) indices_or_sections) => dsplit(Places(indices_or_sections));

        public Tensor[] dsplit((long, long, long, long) indices_or_sections) => dsplit(Places(indices_or_sections));

        public Tensor[] dsplit(params long[] sizes) => Aten.CallMany("dsplit.array", this, sizes);

        public Tensor[] dsplit(Tensor indices) => dsplit(Places(indices));

        public Tensor permute(IEnumerable<long> permutation) => permute(permutation.ToArray());

        public Tensor roll(long[] shifts) => Aten.Call("roll", this, shifts);

        public Tensor roll((long, long, long) shifts, (long, long, long) dims) =>
            roll([shifts.Item1, shifts.Item2, shifts.Item3], [dims.Item1, dims.Item2, dims.Item3]);

        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims = default) =>
            Aten.Call("roll", this, shifts.ToArray(), dims.ToArray());

        public Tensor diagflat(long offset = 0) => Aten.Call("diagflat", this, offset);

        public Tensor renorm(float p, long dim, float maxnorm) => renorm((Scalar)p, dim, (Scalar)maxnorm);
    }

    private static long[] Places((long, long) places) => [places.Item1, places.Item2];

    private static long[] Places((long, long, long) places) => [places.Item1, places.Item2, places.Item3];

    private static long[] Places((long, long, long, long) places) =>
        [places.Item1, places.Item2, places.Item3, places.Item4];

    private static long[] Places(Tensor places)
    {
        using var whole = places.to_type(ScalarType.Int64).cpu();
        return whole.data<long>().ToArray();
    }
}
