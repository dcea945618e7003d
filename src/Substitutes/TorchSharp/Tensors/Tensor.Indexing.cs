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
}
