using EdgeRestore.Inference.Engines;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Kernels;

/// <summary>The operators of our own, and how ONNX Runtime gets to know them.</summary>
internal static unsafe class KernelLibrary
{
    /// <summary>Their operator set.</summary>
    public const string Domain = "edgerestore";

    /// <summary>Set to "off", it leaves graphs to ONNX Runtime's own operators.</summary>
    public const string SwitchVariable = "EDGERESTORE_KERNELS";

    // OrtCustomOpDomain; zero where they are switched off, or ONNX Runtime is too old.
    private static readonly Lazy<nint> Operators = new(Create);

    public static bool IsAvailable => Operators.Value != 0;

    /// <summary>Lets a session have graphs with these operators.</summary>
    public static void AddTo(SessionOptions options) =>
        RuntimeApi.AddDomain(options.DangerousGetHandle(), (void*)Operators.Value);

    private static nint Create() => Environment.GetEnvironmentVariable(SwitchVariable) != "off"
        && OnnxRuntimeLibrary.FindLoaded() is { } library && RuntimeApi.TryLoad(library)
        ? (nint)RuntimeApi.CreateDomain(
            Domain,
            [
                new ChannelNorm(rounds: false), new ChannelNorm(rounds: true), new GatedGelu(rounds: false),
                new GatedGelu(rounds: true),
                new ChannelDequantize(adds: false), new ChannelDequantize(adds: true), new ChannelQuantize(),
                new RowNorm(), new PixelShuffle(ElementType.Float), new PixelShuffle(ElementType.UInt8),
            ])
        : 0;
}
