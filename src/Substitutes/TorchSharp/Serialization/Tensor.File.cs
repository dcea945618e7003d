using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Reads a tensor that save() wrote, in libtorch's file format.</summary>
        public static Tensor load(string location)
        {
            unsafe
            {
                nint loaded;
                LibTorch.Check(LibTorch.ts_load(location, &loaded));
                return new Tensor(loaded);
            }
        }

        public void save(string location) => LibTorch.Check(LibTorch.ts_save(Handle, location));
    }

    public static void save(Tensor t, string location) => t.save(location);

    public static Tensor load(string location) => Tensor.load(location);
}
