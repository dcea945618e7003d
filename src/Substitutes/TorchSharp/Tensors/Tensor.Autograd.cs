using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        public bool requires_grad
        {
            get => LibTorch.ts_requires_grad(Handle) != 0;
            set => LibTorch.Check(LibTorch.ts_set_requires_grad(Handle, value ? 1 : 0));
        }

        public bool is_leaf => LibTorch.ts_is_leaf(Handle) != 0;

        /// <summary>The accumulated gradient, as a tensor of its own over the same memory; null before there is
        /// one.</summary>
        public Tensor? grad
        {
            get
            {
                unsafe
                {
                    nint gradient;
                    LibTorch.Check(LibTorch.ts_grad(Handle, &gradient));
                    return gradient == 0 ? null : new Tensor(gradient);
                }
            }

            set
            {
                LibTorch.Check(LibTorch.ts_set_grad(Handle, value is null ? 0 : value.Handle));
                GC.KeepAlive(value);
            }
        }

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }

        public Tensor with_requires_grad(bool requires_grad = true) => requires_grad_(requires_grad);

        public void retain_grad() => LibTorch.Check(LibTorch.ts_retain_grad(Handle));

        public Tensor detach() => Aten.Call("detach", this);

        public Tensor detach_()
        {
            Aten.Run("detach_", this);
            return this;
        }

        public void backward() => autograd.backward([this]);

        public void backward(
            IList<Tensor>? grad_tensors = null, bool create_graph = false, bool retain_graph = false,
            IList<Tensor>? inputs = null) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph, inputs);
    }

    public static partial class autograd
    {
        public static unsafe IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            var outputHandles = Handles(outputs);
            var inputHandles = Handles(inputs);
            var gradientHandles = Handles(grad_outputs);
            var results = new nint[inputHandles.Length];
            fixed (nint* outputPointer = outputHandles, inputPointer = inputHandles, gradientPointer = gradientHandles,
                   resultPointer = results)
            {
                LibTorch.Check(LibTorch.ts_grad_of(
                    outputPointer, outputHandles.Length, inputPointer, inputHandles.Length, gradientPointer,
                    gradientHandles.Length, retain_graph ? 1 : 0, create_graph ? 1 : 0, allow_unused ? 1 : 0,
                    resultPointer));
            }

            GC.KeepAlive(outputs);
            GC.KeepAlive(inputs);
            GC.KeepAlive(grad_outputs);
            return [.. results.Select(result => result == 0 ? null! : new Tensor(result))];
        }

        public static unsafe void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null,
            bool create_graph = false, IList<Tensor>? inputs = null)
        {
            var handles = Handles(tensors);
            var gradientHandles = Handles(grad_tensors);
            var inputHandles = Handles(inputs);
            fixed (nint* pointer = handles, gradientPointer = gradientHandles, inputPointer = inputHandles)
            {
                LibTorch.Check(LibTorch.ts_backward(
                    pointer, handles.Length, gradientPointer, gradientHandles.Length, inputPointer, inputHandles.Length,
                    retain_graph ?? create_graph ? 1 : 0, create_graph ? 1 : 0));
            }

            GC.KeepAlive(tensors);
            GC.KeepAlive(grad_tensors);
            GC.KeepAlive(inputs);
        }

        public static void backward(
            Tensor tensor, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null) => backward([tensor], grad_tensors, retain_graph, create_graph, inputs);

        private static nint[] Handles(IList<Tensor>? tensors)
        {
            if (tensors is null)
            {
                return [];
            }

            var handles = new nint[tensors.Count];
            for (var i = 0; i < handles.Length; i++)
            {
                handles[i] = tensors[i]?.Handle ?? 0;
            }

            return handles;
        }
    }

    public static bool is_grad_enabled() => LibTorch.ts_grad_enabled() != 0;

    public static bool is_inference_mode_enabled() => LibTorch.ts_inference_mode_enabled() != 0;

    public static IDisposable no_grad() => new GradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    private sealed class GradMode : IDisposable
    {
        private readonly bool _previous;

        public GradMode(bool enabled)
        {
            _previous = is_grad_enabled();
            LibTorch.ts_set_grad_enabled(enabled ? 1 : 0);
        }

        public void Dispose() => LibTorch.ts_set_grad_enabled(_previous ? 1 : 0);
    }

    private sealed class InferenceMode(bool enabled) : IDisposable
    {
        private nint _guard = LibTorch.ts_inference_mode(enabled ? 1 : 0);

        public void Dispose()
        {
            if (_guard != 0)
            {
                LibTorch.ts_end_inference_mode(_guard);
                _guard = 0;
            }
        }
    }
}
