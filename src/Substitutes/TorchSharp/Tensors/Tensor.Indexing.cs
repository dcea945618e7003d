using System.Runtime.CompilerServices;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => SetAt(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => GetAt(i1, i2);
            set => SetAt(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => GetAt(i1, i2, i3);
            set => SetAt(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => GetAt(i1, i2, i3, i4);
            set => SetAt(value, i1, i2, i3, i4);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => GetAt(i1, i2, i3, i4, i5);
            set => SetAt(value, i1, i2, i3, i4, i5);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => GetAt(i1, i2, i3, i4, i5, i6);
            set => SetAt(value, i1, i2, i3, i4, i5, i6);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            using var selection = new Selection(this, indices);
            return selection.Tensors is { } tensors
                ? Aten.Call("index.Tensor", selection.View, tensors)
                : selection.TakeView();
        }

        public Tensor index(params Tensor[] indices) => Aten.Call("index.Tensor", this, indices);

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            using var selection = new Selection(this, indices);
            if (selection.Tensors is { } tensors)
            {
                Aten.Run("index_put_", selection.View, tensors, value);
            }
            else
            {
                selection.View.CopyBroadcast(value);
            }

            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) =>
            Mutate("index_put_", this, indices, value);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            Mutate("index_put_", this, indices, value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var selection = new Selection(this, indices);
            if (selection.Tensors is { } tensors)
            {
                using var filled = full([], value, dtype, device);
                Aten.Run("index_put_", selection.View, tensors, filled);
            }
            else
            {
                Aten.Run("fill_.Scalar", selection.View, value);
            }

            return this;
        }

        public Tensor index_put_(Scalar value, params Tensor[] indices) =>
            index_put_(value, [.. indices.Select(TensorIndex.Tensor)]);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            if (!accumulate)
            {
                return index_put_(value, indices);
            }

            using var selection = new Selection(this, indices);
            if (selection.Tensors is { } tensors)
            {
                Aten.Run("index_put_", selection.View, tensors, value, true);
            }
            else
            {
                selection.View.add_(value);
            }

            return this;
        }

        public Tensor index_select(long dim, Tensor index) => Aten.Call("index_select", this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.Call("index_add", this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Mutate("index_add_", this, dim, index, source, alpha);

        public Tensor index_copy(long dim, Tensor index, Tensor source) =>
            Aten.Call("index_copy", this, dim, index, source);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) =>
            Mutate("index_copy_", this, dim, index, source);

        public Tensor index_fill(long dim, Tensor index, Scalar value) =>
            Aten.Call("index_fill.int_Scalar", this, dim, index, value);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) =>
            Mutate("index_fill_.int_Scalar", this, dim, index, value);

        public Tensor select(long dim, long index) => Aten.Call("select.int", this, dim, index);

        public Tensor narrow(long dim, long start, long length) => Aten.Call("narrow", this, dim, start, length);

        public Tensor slice(long dim, long start, long finish, long step) =>
            Aten.Call("slice.Tensor", this, dim, start, finish, step);

        public Tensor take(Tensor index) => Aten.Call("take", this, index);

        public Tensor take_along_dim(Tensor indices) => Aten.Call("take_along_dim", this, indices);

        public Tensor take_along_dim(Tensor indices, long dim) => Aten.Call("take_along_dim", this, indices, dim);

        public Tensor gather(long dim, Tensor index) => Aten.Call("gather", this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.Call("scatter.src", this, dim, index, src);

        public Tensor scatter(long dim, Tensor index, Scalar value) =>
            Aten.Call("scatter.value", this, dim, index, value);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => Mutate("scatter_.src", this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Scalar value) =>
            Mutate("scatter_.value", this, dim, index, value);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) =>
            Aten.Call("scatter_add", this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Mutate("scatter_add_", this, dim, index, src);

        public Tensor select_scatter(Tensor src, long dim, long index) =>
            Aten.Call("select_scatter", this, src, dim, index);

        public Tensor slice_scatter(Tensor src, long dim = 0L, long? start = null, long? end = null, long step = 1L) =>
            Aten.Call("slice_scatter", this, src, dim, start, end, step);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.Call("masked_fill.Scalar", this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => Mutate("masked_fill_.Scalar", this, mask, value);

        public Tensor masked_select(Tensor mask) => Aten.Call("masked_select", this, mask);

        public Tensor masked_scatter(Tensor mask, Tensor value) => Aten.Call("masked_scatter", this, mask, value);

        public Tensor masked_scatter_(Tensor mask, Tensor value) => Mutate("masked_scatter_", this, mask, value);

        public Tensor where(Tensor condition, Tensor y) => Aten.Call("where.self", condition, this, y);

        public Tensor nonzero() => Aten.Call("nonzero", this);

        public IList<Tensor> nonzero_as_list() => Aten.CallMany("nonzero_numpy", this);

        public Tensor argwhere() => Aten.Call("argwhere", this);

        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Aten.Call("bucketize.Tensor", this, boundaries, outInt32, right);

        private Tensor GetAt(params ReadOnlySpan<long> indices)
        {
            var view = select(0, indices[0]);
            foreach (var at in indices[1..])
            {
                using var outer = view;
                view = outer.select(0, at);
            }

            return view;
        }

        private void SetAt(Tensor value, params ReadOnlySpan<long> indices)
        {
            using var target = GetAt(indices);
            target.CopyBroadcast(value);
        }

        // As libtorch's own indexing does: leading dimensions of size one that the target lacks are dropped.
        private void CopyBroadcast(Tensor value)
        {
            var extra = value.ndim - ndim;
            if (extra <= 0)
            {
                Aten.Run("copy_", this, value);
                return;
            }

            var sizes = value.shape;
            if (sizes.Take((int)extra).Any(size => size != 1))
            {
                Aten.Run("copy_", this, value);
                return;
            }

            using var trimmed = value.reshape(sizes[(int)extra..]);
            Aten.Run("copy_", this, trimmed);
        }
    }

    // An indexing expression taken apart: views for numbers, slices, None and ellipsis; what is left are index tensors.
    private sealed class Selection : IDisposable
    {
        private readonly List<Tensor> _owned = [];
        private readonly Tensor _origin;

        public Selection(Tensor origin, TensorIndex[] indices)
        {
            _origin = origin;
            View = origin;
            List<Tensor?>? tensors = null;
            var dim = 0;
            var consumed = indices.Sum(Consumes);
            foreach (var index in indices)
            {
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        Replace(View.select(dim, index.startIndexOrBoolOrSingle!.Value));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.startIndexOrBoolOrSingle is not null || index.stopIndex is not null
                            || index.step is not null)
                        {
                            Replace(Aten.Call(
                                "slice.Tensor", View, dim, index.startIndexOrBoolOrSingle, index.stopIndex,
                                    index.step ?? 1));
                        }

                        dim++;
                        break;
                    case TensorIndex.Kind.Null:
                    case TensorIndex.Kind.None:
                        Replace(View.unsqueeze(dim++));
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)origin.ndim - consumed;
                        break;
                    case TensorIndex.Kind.Bool:
                        Replace(View.unsqueeze(dim));
                        var mask = full([1], index.startIndexOrBoolOrSingle != 0, ScalarType.Bool, origin.device);
                        _owned.Add(mask);
                        Place(ref tensors, dim++, mask);
                        break;
                    case TensorIndex.Kind.Tensor:
                        Place(ref tensors, dim, index.tensor);
                        dim += index.tensor is { dtype: ScalarType.Bool or ScalarType.Byte, ndim: > 0 } mask2
                            ? (int)mask2.ndim
                            : 1;
                        break;
                }
            }

            Tensors = tensors?.ToArray();
        }

        public Tensor View { get; private set; }

        // A mask of several dimensions stands once and covers them all, so that positions after it move up.
        public Tensor?[]? Tensors { get; }

        public Tensor TakeView()
        {
            if (ReferenceEquals(View, _origin))
            {
                return _origin.alias();
            }

            _owned.Remove(View);
            return View;
        }

        public void Dispose()
        {
            foreach (var tensor in _owned)
            {
                tensor.Dispose();
            }
        }

        private static int Consumes(TensorIndex index) => index.kind switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor when index.tensor is { dtype: ScalarType.Bool or ScalarType.Byte } mask => (int)mask.ndim,
            TensorIndex.Kind.Tensor => 1,
            _ => 0,
        };

        private void Place(ref List<Tensor?>? tensors, int dim, Tensor? tensor)
        {
            tensors ??= [];
            var covered = tensors.Sum(placed =>
                placed is { dtype: ScalarType.Bool or ScalarType.Byte, ndim: > 0 } ? (int)placed.ndim : 1);
            for (; covered < dim; covered++)
            {
                tensors.Add(null);
            }

            tensors.Add(tensor);
        }

        private void Replace(Tensor view)
        {
            _owned.Add(view);
            View = view;
        }
    }

    public static Tensor index_select(Tensor input, long dim, Tensor index) => input.index_select(dim, index);

    public static Tensor index_add(Tensor input, long dim, Tensor index, Tensor source, Scalar alpha) =>
        input.index_add(dim, index, source, alpha);

    public static Tensor index_copy(Tensor input, long dim, Tensor index, Tensor source) =>
        input.index_copy(dim, index, source);

    public static Tensor select(Tensor input, long dim, long index) => input.select(dim, index);

    public static Tensor narrow(Tensor input, long dim, long start, long length) => input.narrow(dim, start, length);

    public static Tensor take(Tensor input, Tensor index) => input.take(index);

    public static Tensor take_along_dim(Tensor input, Tensor indices, long dim) => input.take_along_dim(indices, dim);

    public static Tensor gather(Tensor input, long dim, Tensor index) => input.gather(dim, index);

    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) => input.scatter(dim, index, src);

    public static Tensor scatter_(Tensor input, long dim, Tensor index, Tensor src) => input.scatter_(dim, index, src);

    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) =>
        input.scatter_add(dim, index, src);

    public static Tensor masked_fill(Tensor input, Tensor mask, Scalar value) => input.masked_fill(mask, value);

    public static Tensor masked_select(Tensor input, Tensor mask) => input.masked_select(mask);

    public static Tensor where(Tensor condition, Tensor x, Tensor y) => x.where(condition, y);

    public static Tensor where(Tensor condition, Tensor x, Scalar y) => Aten.Call("where.ScalarOther", condition, x, y);

    public static Tensor where(Tensor condition, Scalar x, Tensor y) => Aten.Call("where.ScalarSelf", condition, x, y);

    public static Tensor[] where(Tensor condition) => Aten.CallMany("where", condition);

    public static Tensor nonzero(Tensor input) => input.nonzero();

    public static Tensor argwhere(Tensor input) => input.argwhere();

    public static Tensor bucketize(Tensor input, Tensor boundaries, bool outInt32 = false, bool right = false) =>
        input.bucketize(boundaries, outInt32, right);

    public static Tensor searchsorted(
        Tensor sorted_sequence, Tensor values, bool out_int32 = false, bool right = false, Tensor? sorter = null) =>
        Aten.Call("searchsorted.Tensor", sorted_sequence, values, out_int32, right, Arg.None, sorter);
}
