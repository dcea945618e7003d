using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static Generator default_generator => Generator.Default;

    public static Generator manual_seed(long seed)
    {
        LibTorch.Check(LibTorch.ts_manual_seed((ulong)seed));
        return Generator.Default;
    }

    public static long initial_seed() => Generator.Default.initial_seed();

    public static Tensor get_rng_state() => Generator.Default.get_state();

    public static void set_rng_state(Tensor new_state) => Generator.Default.set_state(new_state);

    public static class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long initial_seed() => torch.initial_seed();

        public static Tensor get_rng_state() => torch.get_rng_state();

        public static void set_rng_state(Tensor new_state) => torch.set_rng_state(new_state);
    }

    /// <summary>A source of random numbers; each stands alone, but for the default one that operators use when given
    /// none.</summary>
    public class Generator : IDisposable
    {
        private nint _handle;

        public Generator(ulong seed = 0, Device? device = null)
        {
            _handle = Create(device ?? CPU, isDefault: false);
            this.device = device ?? CPU;
            LibTorch.Check(LibTorch.ts_generator_seed(_handle, seed));
        }

        private Generator(nint handle)
        {
            _handle = handle;
            device = CPU;
        }

        ~Generator() => Dispose(false);

        public static Generator Default => new(Create(CPU, isDefault: true));

        public Device device { get; }

        internal nint Handle =>
            _handle == 0 ? throw new InvalidOperationException("Generator invalid -- empty handle.") : _handle;

        public Tensor get_state()
        {
            unsafe
            {
                nint state;
                LibTorch.Check(LibTorch.ts_generator_state(Handle, &state));
                return new Tensor(state);
            }
        }

        public void set_state(Tensor value) => LibTorch.Check(LibTorch.ts_set_generator_state(Handle, value.Handle));

        public Generator manual_seed(long seed)
        {
            LibTorch.Check(LibTorch.ts_generator_seed(Handle, (ulong)seed));
            return this;
        }

        public long seed()
        {
            var value = Random.Shared.NextInt64();
            manual_seed(value);
            return value;
        }

        public long initial_seed()
        {
            unsafe
            {
                ulong value;
                LibTorch.Check(LibTorch.ts_generator_initial_seed(Handle, &value));
                return (long)value;
            }
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (_handle != 0)
            {
                LibTorch.ts_release_generator(_handle);
                _handle = 0;
            }
        }

        private static unsafe nint Create(Device device, bool isDefault)
        {
            nint handle;
            LibTorch.Check(LibTorch.ts_generator((int)device.type, device.index, isDefault ? 1 : 0, &handle));
            return handle;
        }
    }
}
