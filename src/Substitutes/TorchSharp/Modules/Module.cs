using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The base of every network: a tree of submodules with named parameters and buffers.</summary>
        public partial class Module : IDisposable
        {
            protected OrderedDict<string, Module> _internal_submodules = new();
            protected OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected OrderedDict<string, Parameter> _internal_params = new();
            protected string? name;
            private bool _training = true;
            private bool _disposed;

            protected Module(string name) => this.name = name;

            public virtual bool training => _training;

            public virtual void train(bool train = true)
            {
                _training = train;
                foreach (var (_, child) in _internal_submodules)
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    ClearGradient(parameter, set_to_none);
                }
            }

            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            public override string ToString() => GetName();

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in _internal_submodules)
                {
                    child.apply(fn);
                }

                fn(this);
                return this;
            }

            public virtual Module requires_grad_(bool requires_grad = true)
            {
                foreach (var parameter in parameters())
                {
                    parameter.requires_grad = requires_grad;
                }

                return this;
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing || _disposed)
                {
                    return;
                }

                _disposed = true;
                foreach (var (_, (buffer, _)) in _internal_buffers)
                {
                    buffer.Dispose();
                }

                foreach (var (_, parameter) in _internal_params)
                {
                    parameter.Dispose();
                }

                foreach (var (_, child) in _internal_submodules)
                {
                    child.Dispose();
                }
            }

            protected static (Device device, ScalarType dtype) GetDefaultDeviceAndType(
                Device? device = null, ScalarType? dtype = null) =>
                (device ?? get_default_device(), dtype ?? get_default_dtype());

            internal static void ClearGradient(Tensor parameter, bool setToNone)
            {
                if (setToNone)
                {
                    parameter.grad = null;
                    return;
                }

                using var gradient = parameter.grad;
                if (gradient is not null)
                {
                    using var off = no_grad();
                    gradient.zero_();
                }
            }

            // The tensor keeps its identity, so that optimizers and fields that refer to it stay right.
            protected internal virtual Module _to(Device? device, ScalarType? dtype, bool non_blocking = false)
            {
                if (device is not null)
                {
                    InitializeDeviceType(device.type);
                }

                foreach (var (_, child) in _internal_submodules)
                {
                    child._to(device, dtype, non_blocking);
                }

                foreach (var (_, parameter) in _internal_params)
                {
                    Convert(parameter, device, dtype, non_blocking);
                    using var gradient = parameter.grad;
                    if (gradient is not null)
                    {
                        using var off = no_grad();
                        using var moved = gradient.to(Type(gradient, dtype), device ?? gradient.device);
                        parameter.grad = moved;
                    }
                }

                foreach (var (_, (buffer, _)) in _internal_buffers)
                {
                    Convert(buffer, device, dtype, non_blocking);
                }

                return this;
            }

            private static void Convert(Tensor tensor, Device? device, ScalarType? dtype, bool non_blocking)
            {
                using var off = no_grad();
                using var moved = tensor.to(
                    Type(tensor, dtype), device ?? tensor.device, non_blocking: non_blocking);
                if (moved.handle != tensor.handle)
                {
                    tensor.set_(moved);
                }
            }

            // Counters and masks keep their integral type when a module changes its floating-point type.
            private static ScalarType Type(Tensor tensor, ScalarType? dtype) =>
                dtype is { } wanted && tensor.is_floating_point() ? wanted : tensor.dtype;
        }
    }
}
