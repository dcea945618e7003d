using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Precision;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeRestore.Quantization.Tests;

/// <summary>
/// A real subnetwork: the noise route of the committed package, with ranges from one synthetic frame.
/// </summary>
public sealed class DefaultPackage
{
    // Of the encoder's size multiple, and no square.
    public const int Width = 96;
    public const int Height = 64;

    public DefaultPackage()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeRestore.sln")))
        {
            folder = folder.Parent
                ?? throw new InvalidOperationException("These tests run below the repository's root.");
        }

        Package = ModelPackage.Open(Path.Combine(folder.FullName, "deploy", "models", "edgerestore-default"));
        Graph = OnnxFile.Read(Package.GetPath("noise.onnx"));
        Ranges = ProbedRanges.Of(Graph, Inputs);
        var run = new GraphRun("noise.onnx", Graph, new CalibrationSettings { Threads = 1, CountsValues = false });
        using var pass = run.Open();
        pass.Run([new CalibrationFrame("ramps", Degradation.Noise, new string('0', 64), LoadFrame)]);
        Channels = run.ToResult().Channels;
    }

    public ModelPackage Package { get; }

    public OnnxFile Graph { get; }

    public IReadOnlyDictionary<string, TensorRange> Ranges { get; }

    public IReadOnlyDictionary<string, ChannelStatistics> Channels { get; }

    private static IReadOnlyCollection<NamedOnnxValue> Inputs
    {
        get
        {
            using var frame = LoadFrame();
            return
            [
                NamedOnnxValue.CreateFromTensor(
                    "frame", new DenseTensor<byte>(frame.Pixels.ToArray(), [1, Height, Width, 3])),
                NamedOnnxValue.CreateFromTensor("strength", new DenseTensor<float>(new float[] { 1 }, [1])),
            ];
        }
    }

    // Ramps with a ripple: something in every channel, nothing constant.
    private static Frame LoadFrame()
    {
        var frame = Frame.Rent(Width, Height, PixelFormat.Rgb24);
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            var (y, x, channel) = (index / 3 / Width, index / 3 % Width, index % 3);
            frame.Pixels[index] = (byte)(
                40 + (x * 2 * (channel + 1) / 4) + y + (((x * 7) + (y * 13) + (channel * 29)) % 31));
        }

        return frame;
    }

    /// <summary>Another route's network in 8 bits, with ranges of the same frame.</summary>
    public OnnxFile Quantize(string file)
    {
        var graph = OnnxFile.Read(Package.GetPath(file));
        return QuantizedGraph.Build(graph, ProbedRanges.Of(graph, Inputs), QuantizationPlan.ForCpu).File;
    }

    /// <summary>The frame's bytes, RGB.</summary>
    public static byte[] Pixels()
    {
        using var frame = LoadFrame();
        return frame.Pixels.ToArray();
    }

    /// <summary>What a graph makes of the frame, and how many of its floats were not finite.</summary>
    public static (byte[] Restored, long NonFinite) Run(OnnxFile file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(file.ToBytes(), options);
        using var results = session.Run(Inputs);
        return (
            results.First(result => result.Name == "restored").AsEnumerable<byte>().ToArray(),
            results.First(result => result.Name == "nonfinite").AsEnumerable<long>().Sum());
    }

    /// <summary>PSNR between two results, in dB.</summary>
    public static double Psnr(byte[] one, byte[] other) => Metrics.Psnr.FromMeanSquare(
        one.Zip(other, (a, b) => (double)(a - b) * (a - b)).Average());
}
