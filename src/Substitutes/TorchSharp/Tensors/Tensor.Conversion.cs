using System.Numerics;
using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        // Read and write access to the raw memory of a contiguous CPU tensor; valid while the tensor lives.
        public Span<byte> bytes
        {
            get
            {
                RequireHostMemory();
                var length = NumberOfElements * ElementSize;
                if (length > int.MaxValue)
                {
                    throw new ArgumentException("Span only supports up to int.MaxValue elements.");
                }

                unsafe
                {
                    return new Span<byte>(DataPointer(), (int)length);
                }
            }

            set
            {
                RequireHostMemory();
                if (NumberOfElements * ElementSize != value.Length)
                {
                    throw new ArgumentException("Mismatched data sizes in SetBytes().");
                }

                unsafe
                {
                    value.CopyTo(new Span<byte>(DataPointer(), value.Length));
                }
            }
        }

        public static explicit operator float(Tensor value) => value.ToSingle();

        public static explicit operator double(Tensor value) => value.ToDouble();

        public static explicit operator sbyte(Tensor value) => value.ToSByte();

        public static explicit operator byte(Tensor value) => value.ToByte();

        public static explicit operator short(Tensor value) => value.ToInt16();

        public static explicit operator int(Tensor value) => value.ToInt32();

        public static explicit operator long(Tensor value) => value.ToInt64();

        public static explicit operator bool(Tensor value) => value.ToBoolean();

        public static explicit operator Half(Tensor value) => value.ToHalf();

        public static explicit operator Complex(Tensor value) => value.ToComplexFloat64();

        public Utils.TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            ValidateType(typeof(T));
            return device_type == DeviceType.CPU ? new(this) : new(cpu());
        }

        public T item<T>()
            where T : unmanaged
        {
            if (NumberOfElements != 1)
            {
                throw new ArgumentException("Number of elements in the tensor must be 1");
            }

            // A bfloat16 has no .NET type: it reads as the float that it widens to.
            if (typeof(T) == typeof(float) && dtype is ScalarType.BFloat16 or ScalarType.Float16)
            {
                return (T)(object)ToScalar().ToSingle();
            }

            ValidateType(typeof(T));
            if (device_type == DeviceType.CPU)
            {
                return ReadItem<T>();
            }

            using var host = cpu();
            return host.ReadItem<T>();
        }

        public T ReadCpuValue<T>(long i)
            where T : unmanaged
        {
            using var accessor = data<T>();
            return accessor[i];
        }

        public float ReadCpuSingle(long i) => ReadCpuValue<float>(i);

        public double ReadCpuDouble(long i) => ReadCpuValue<double>(i);

        public int ReadCpuInt32(long i) => ReadCpuValue<int>(i);

        public long ReadCpuInt64(long i) => ReadCpuValue<long>(i);

        public byte ReadCpuByte(long i) => ReadCpuValue<byte>(i);

        public bool ReadCpuBool(long i) => ReadCpuValue<bool>(i);

        public Scalar ToScalar() => Aten.CallScalar("item", this);

        public Tensor fill_(Scalar value) => Mutate("fill_.Scalar", this, value);

        public Tensor zero_() => Mutate("zero_", this);

        public Tensor fill_diagonal_(Scalar fill_value, bool wrap = false) =>
            Mutate("fill_diagonal_", this, fill_value, wrap);

        public Tensor clone() => Aten.Call("clone", this);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => Mutate("copy_", this, source, nonBlocking);

        public Tensor set_(Tensor source)
        {
            LibTorch.Check(LibTorch.ts_set_data(Handle, source.Handle));
            return this;
        }

        public Tensor cpu() => to(CPU);

        public Tensor cuda(Device? device = null, bool non_blocking = false)
        {
            if (device is not null && device.type != DeviceType.CUDA)
            {
                throw new ArgumentException("Not a CUDA device.", nameof(device));
            }

            return to(device ?? torch.CUDA, non_blocking: non_blocking);
        }

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false,
            bool non_blocking = false) =>
            Given(Aten.Call("to.dtype", this, type, non_blocking, copy), disposeAfter);

        public Tensor type_as(Tensor tensor) => to_type(tensor.dtype);

        public Tensor to(
            DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false,
            bool non_blocking = false) =>
            to(new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        public Tensor to(
            ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            InitializeDeviceType(device.type);
            return Given(Aten.Call("to.device", this, device, type, non_blocking, copy), disposeAfter);
        }

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(new Device(device), copy, disposeAfter, non_blocking);

        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, device, copy, disposeAfter, non_blocking);

        public Tensor to(Tensor other, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(other.dtype, other.device, copy, disposeAfter, non_blocking);

        public Tensor type(Func<Tensor, Tensor> typeFunc) => typeFunc(this);

        public Tensor type(ScalarType dtype) => to(dtype);

        public Tensor @float() => to_type(ScalarType.Float32);

        public Tensor @double() => to_type(ScalarType.Float64);

        public Tensor half() => to_type(ScalarType.Float16);

        public Tensor bfloat16() => to_type(ScalarType.BFloat16);

        public Tensor @bool() => to_type(ScalarType.Bool);

        public Tensor @byte() => to_type(ScalarType.Byte);

        public Tensor @char() => to_type(ScalarType.Int8);

        public Tensor @short() => to_type(ScalarType.Int16);

        public Tensor @int() => to_type(ScalarType.Int32);

        public Tensor @long() => to_type(ScalarType.Int64);

        public Tensor cfloat() => to_type(ScalarType.ComplexFloat32);

        public Tensor cdouble() => to_type(ScalarType.ComplexFloat64);

        public Tensor pin_memory() => Aten.Call("pin_memory", this);

        public Tensor to_dense() => Aten.Call("to_dense", this);

        internal unsafe T ReadItem<T>()
            where T : unmanaged
        {
            var value = *(T*)DataPointer();
            GC.KeepAlive(this);
            return value;
        }

        internal void ValidateType(Type dotnetType)
        {
            var matches = dtype switch
            {
                ScalarType.Byte => dotnetType == typeof(byte),
                ScalarType.Int8 => dotnetType == typeof(sbyte),
                ScalarType.Int16 => dotnetType == typeof(short),
                ScalarType.Int32 => dotnetType == typeof(int),
                ScalarType.Int64 => dotnetType == typeof(long),
                ScalarType.Bool => dotnetType == typeof(bool),
                ScalarType.Float16 => dotnetType == typeof(Half),
                ScalarType.Float32 => dotnetType == typeof(float),
                ScalarType.Float64 => dotnetType == typeof(double),
                ScalarType.ComplexFloat32 => dotnetType == typeof((float, float)),
                ScalarType.ComplexFloat64 => dotnetType == typeof(Complex),
                _ => false,
            };
            if (!matches)
            {
                throw new ArgumentException($"{dotnetType.Name} is not compatible with {dtype}");
            }
        }

        private Tensor Given(Tensor converted, bool disposeAfter)
        {
            if (disposeAfter && !ReferenceEquals(converted, this))
            {
                Dispose();
            }

            return converted;
        }

        private void RequireHostMemory()
        {
            if (!is_contiguous())
            {
                throw new NotImplementedException("Bytes() called on non-contiguous tensor.");
            }

            if (device_type != DeviceType.CPU)
            {
                throw new InvalidOperationException(
                    "Reading data from non-CPU memory is not supported. Move or copy the tensor to the cpu before "
                    + "reading.");
            }
        }
    }
}

public static partial class TensorExtensionMethods
{
    public static Half ToHalf(this torch.Tensor value) => value.ToScalar().ToHalf();

    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();

    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();

    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();

    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();

    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();

    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();

    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();

    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

    public static (float Real, float Imaginary) ToComplexFloat32(this torch.Tensor value) =>
        value.ToScalar().ToComplexFloat32();

    public static Complex ToComplexFloat64(this torch.Tensor value) => value.ToScalar().ToComplexFloat64();

    public static torch.Tensor ToTensor<T>(this T[] rawArray, long[] dimensions, bool doCopy = false,
        bool requires_grad = false)
        where T : unmanaged => torch.FromHost<T>(rawArray, dimensions, requires_grad: requires_grad);

    public static torch.Tensor ToTensor<T>(this T scalar, torch.Device? device = null, bool requires_grad = false)
        where T : struct => torch.FromElement(scalar, device, requires_grad);
}
