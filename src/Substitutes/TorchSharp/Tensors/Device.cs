namespace TorchSharp;

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device CUDA = new(DeviceType.CUDA);
    public static readonly Device MPS = new(DeviceType.MPS);
    public static readonly Device META = new(DeviceType.META);

    public static Device device(string description) => new(description);

    public static Device device(string deviceType, int index = -1) => new(deviceType, index);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    public static Device device(int index) => new(index);

    // An unset index of a CUDA device means device 0, as everywhere in libtorch.
    internal static Device InitializeDevice(Device? device) => device ?? default_device;

    private static Device default_device = CPU;

    public static void set_default_device(Device device) => default_device = device;

    public static void set_default_device(string device) => default_device = new Device(device);

    public static Device get_default_device() => default_device;

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
        {
            throw new InvalidOperationException("Torch device type CUDA did not initialise on the current machine.");
        }
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType) =>
        deviceType != DeviceType.CUDA || cuda.is_available();

    public class Device
    {
        public Device(string description)
        {
            var parts = description.Split(':');
            type = Parse(parts[0]);
            index = parts.Length switch
            {
                1 => -1,
                2 => int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
                _ => throw new ArgumentException(
                    $"Invalid device description '{description}'; expected TYPE or TYPE:INDEX."),
            };
        }

        public Device(string deviceType, int index = -1)
        {
            type = Parse(deviceType);
            this.index = index;
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public Device(int index)
        {
            type = DeviceType.CUDA;
            this.index = index;
        }

        public DeviceType type { get; }

        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString() =>
            index == -1 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";

        public override bool Equals(object? obj) => obj is Device other && other.type == type && other.index == index;

        public override int GetHashCode() => HashCode.Combine(type, index);

        private static DeviceType Parse(string name) => name.ToLowerInvariant() switch
        {
            "cpu" => DeviceType.CPU,
            "cuda" => DeviceType.CUDA,
            "mps" => DeviceType.MPS,
            "meta" => DeviceType.META,
            _ => throw new ArgumentException($"Invalid device type '{name}'; expected cpu, cuda, mps or meta."),
        };
    }

    public static class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static bool is_cudnn_available() => Native.LibTorch.ts_cudnn_available() != 0;

        public static int device_count() => Native.LibTorch.ts_cuda_count();

        public static void manual_seed(long seed) => torch.manual_seed(seed);

        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        public static void synchronize(Device? device = null) =>
            Native.LibTorch.Check(Native.LibTorch.ts_cuda_synchronize(device?.index ?? -1));
    }

    public static bool cuda_is_available() => cuda.is_available();

    public static bool mps_is_available() => false;

    public static class backends
    {
        public static class cuda
        {
            public static class matmul
            {
                public static bool allow_tf32
                {
                    get => Native.LibTorch.ts_allow_tf32(0, 0, 0) != 0;
                    set => Native.LibTorch.ts_allow_tf32(0, 1, value ? 1 : 0);
                }
            }
        }

        public static class cudnn
        {
            public static bool allow_tf32
            {
                get => Native.LibTorch.ts_allow_tf32(1, 0, 0) != 0;
                set => Native.LibTorch.ts_allow_tf32(1, 1, value ? 1 : 0);
            }
        }
    }
}
