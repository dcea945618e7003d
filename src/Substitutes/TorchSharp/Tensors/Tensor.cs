using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A multi-dimensional array of libtorch's; owns one reference to it until disposed.</summary>
    public partial class Tensor : IDisposable
    {
        private static long s_totalCount;
        private static long s_peakCount;

        // TensorImpl*, one reference owned.
        internal nint handle;

        internal Tensor(nint handle)
        {
            this.handle = handle;
            var count = Interlocked.Increment(ref s_totalCount);
            s_peakCount = Math.Max(count, s_peakCount);
            OwningDisposeScope = DisposeScopeManager.ThreadSingleton.RegisterOnCurrentDisposeScope(this);
        }

        ~Tensor() => Release();

        public static long TotalCount => Interlocked.Read(ref s_totalCount);

        public static long PeakCount => Interlocked.Read(ref s_peakCount);

        public string? name { get; set; }

        public bool IsInvalid => handle == 0;

        public nint Handle =>
            handle == 0 ? throw new InvalidOperationException("Tensor invalid -- empty handle.") : handle;

        public long Dimensions => Describe().Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Describe().ElementCount;

        public long ElementSize => dtype.ElementSize();

        public ScalarType dtype => (ScalarType)Describe().Dtype;

        public Device device
        {
            get
            {
                var described = Describe();
                return described.DeviceType == 0
                    ? CPU
                    : new Device((DeviceType)described.DeviceType, described.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Describe().DeviceType;

        public int device_index => Describe().DeviceIndex;

        public long[] shape
        {
            get
            {
                var described = Describe();
                var sizes = new long[described.Dimensions];
                unsafe
                {
                    fixed (long* pointer = sizes)
                    {
                        LibTorch.Check(LibTorch.ts_sizes(handle, pointer));
                    }
                }

                GC.KeepAlive(this);
                return sizes;
            }
        }

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_meta => device_type == DeviceType.META;

        public bool is_sparse => LibTorch.ts_is_sparse(Handle) != 0;

        internal DisposeScope? OwningDisposeScope { get; set; }

        public static Tensor UnsafeCreateTensor(nint handle) => new(handle);

        public long dim() => Dimensions;

        public long numel() => NumberOfElements;

        public long element_size() => ElementSize;

        public long[] size() => shape;

        public long size(int dim) => size((long)dim);

        public long[] stride()
        {
            var strides = new long[Describe().Dimensions];
            unsafe
            {
                fixed (long* pointer = strides)
                {
                    LibTorch.Check(LibTorch.ts_strides(handle, pointer));
                }
            }

            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim)
        {
            var strides = stride();
            return strides[WrapDimension(dim, strides.Length)];
        }

        public long storage_offset() => Describe().StorageOffset;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_complex() => torch.is_complex(dtype);

        public bool is_contiguous() => LibTorch.ts_is_contiguous(Handle, 0) != 0;

        public bool is_contiguous(memory_format memory_format) =>
            LibTorch.ts_is_contiguous(Handle, (int)memory_format) != 0;

        public bool is_pinned() => Aten.CallBool("is_pinned", this);

        public bool is_nonzero()
        {
            if (numel() != 1)
            {
                throw new InvalidOperationException("is_nonzero() called on non-singleton tensor");
            }

            return Aten.CallBool("is_nonzero", this);
        }

        /// <summary>Another owner of the same native tensor, to be disposed on its own.</summary>
        public Tensor alias() => new(LibTorch.ts_alias(Handle));

        public nint DecoupleFromNativeHandle()
        {
            var released = Handle;
            GC.SuppressFinalize(this);
            Interlocked.Decrement(ref s_totalCount);
            handle = 0;
            return released;
        }

        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (OwningDisposeScope is null)
            {
                other.Attach(this);
            }
            else
            {
                OwningDisposeScope.MoveToOther(other, this);
            }

            return this;
        }

        public Tensor MoveToOtherDisposeScope(Tensor other)
        {
            if (other.OwningDisposeScope is { } scope)
            {
                return MoveToOtherDisposeScope(scope);
            }

            return DetachFromDisposeScope();
        }

        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        [Obsolete("The method name misspells 'Detach.' Use 'DetachFromDisposeScope' instead.", false)]
        public Tensor DetatchFromDisposeScope() => DetachFromDisposeScope();

        public void Dispose()
        {
            if (handle != 0)
            {
                if (OwningDisposeScope is { } scope)
                {
                    scope.MarkAsDisposed(this);
                }
                else
                {
                    DisposeScopeManager.Statistics.DisposedOutsideScopeCount++;
                }
            }

            DisposeUncounted();
        }

        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);

        internal void DisposeUncounted()
        {
            Release();
            GC.SuppressFinalize(this);
        }

        // Leaves this tensor empty; its scope forgets it, and the new owner is registered like any new tensor.
        internal nint MoveHandle()
        {
            OwningDisposeScope?.Detach(this);
            return DecoupleFromNativeHandle();
        }

        internal long size(long dim)
        {
            var sizes = shape;
            return sizes[WrapDimension(dim, sizes.Length)];
        }

        internal unsafe void* DataPointer()
        {
            void* data;
            LibTorch.Check(LibTorch.ts_data(Handle, &data));
            return data;
        }

        private static long WrapDimension(long dim, int count)
        {
            if (dim < -count || dim >= count)
            {
                throw new System.Runtime.InteropServices.ExternalException(
                    $"Dimension out of range (expected to be in range of [{-count}, {count - 1}], but got {dim})");
            }

            return dim < 0 ? dim + count : dim;
        }

        private TensorDescription Describe()
        {
            unsafe
            {
                TensorDescription described;
                LibTorch.Check(LibTorch.ts_describe(Handle, &described));
                GC.KeepAlive(this);
                return described;
            }
        }

        private void Release()
        {
            var released = Interlocked.Exchange(ref handle, 0);
            if (released != 0)
            {
                Interlocked.Decrement(ref s_totalCount);
                LibTorch.ts_release(released);
            }
        }
    }
}
