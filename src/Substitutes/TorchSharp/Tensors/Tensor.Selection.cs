using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
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
            TensorIndex.Kind.Tensor when index.tensor is { dtype: ScalarType.Bool or ScalarType.Byte } mask =>
                (int)mask.ndim,
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
}
