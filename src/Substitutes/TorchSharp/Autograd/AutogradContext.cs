using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class autograd
    {
        /// <summary>What a function's forward leaves for its backward.</summary>
        public class AutogradContext : IDisposable
        {
            private readonly Dictionary<string, object> _data = new(StringComparer.Ordinal);
            private List<Tensor?> _toSave = [];
            private List<Tensor> _dirty = [];
            private List<Tensor> _nonDifferentiable = [];
            private int _savedCount;

            // FunctionNode*, valid while libtorch runs its backward.
            private nint _node;

            internal AutogradContext()
            {
            }

            public bool MaterializeGrads { get; private set; } = true;

            public void save_for_backward(List<Tensor> tensors) => _toSave = [.. tensors];

            public void save_data(string key, object value) => _data[key] = value;

            public object get_data(string key) => _data[key];

            public void mark_dirty(List<Tensor> tensors) => _dirty = tensors;

            public void mark_non_differentiable(List<Tensor> tensors) => _nonDifferentiable = tensors;

            public void set_materialize_grads(bool value) => MaterializeGrads = value;

            /// <summary>The saved tensors, null where null was saved.</summary>
            public unsafe List<Tensor> get_saved_variables()
            {
                if (_node == 0)
                {
                    return [.. _toSave.Select(tensor => tensor!)];
                }

                var handles = new nint[_savedCount];
                fixed (nint* pointer = handles)
                {
                    LibTorch.Check(LibTorch.ts_function_saved(_node, pointer, handles.Length));
                }

                return [.. handles.Select(handle => handle == 0 ? null! : new Tensor(handle))];
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (disposing)
                {
                    _data.Clear();
                }
            }

            internal bool IsDirty(Tensor output) => _dirty.Any(tensor => tensor.Handle == output.Handle);

            internal bool IsDifferentiable(Tensor output) =>
                _nonDifferentiable.All(tensor => tensor.Handle != output.Handle);

            // Hands the saved tensors to the node, which keeps them until its graph is freed.
            internal unsafe void MoveTo(nint function)
            {
                var handles = Handles(_toSave!);
                fixed (nint* pointer = handles)
                {
                    LibTorch.Check(LibTorch.ts_function_save(
                        function, pointer, handles.Length, MaterializeGrads ? 1 : 0));
                }

                GC.KeepAlive(_toSave);
                _savedCount = handles.Length;
                _node = LibTorch.ts_function_node(function);
                Forget();
            }

            internal void Forget()
            {
                _toSave = [];
                _dirty = [];
                _nonDifferentiable = [];
            }
        }
    }
}
