using System.CommandLine;
using TorchSharp;

namespace EdgeRestore.Training.Commands;

/// <summary>Where training runs.</summary>
internal static class TrainingDevice
{
    private const string Cpu = "cpu";

    private const string Cuda = "cuda";

    public static Option<string> Option() => new Option<string>("--device")
    {
        Description = "cpu or cuda.",
        DefaultValueFactory = _ => torch.cuda.is_available() ? Cuda : Cpu,
    }.OneOf(Cpu, Cuda);

    /// <exception cref="EdgeRestoreException">This machine's libtorch has no such device.</exception>
    public static torch.Device Open(string name) => name != Cuda || torch.cuda.is_available()
        ? torch.device(name)
        : throw new EdgeRestoreException(
            "--device is 'cuda', and libtorch finds no CUDA device here; allowed is cpu. Leave --device out, or install a "
            + "libtorch that is built for CUDA, and NVIDIA's driver.");
}
