using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace EdgeRestore.Benchmarks;

/// <summary>Two graphs of the same weights, such as a plain export of PyTorch's and ours.</summary>
internal static class GraphBenchmark
{
    // DESIGN: our exported graph over a plain PyTorch export of the same weights, and how far they may differ.
    private const double Target = 1.5;
    private const double DifferenceMax = 1e-4;

    public static void Run(BenchmarkOptions options, string plain, string ours, int threads, BenchmarkReport report)
    {
        using var first = new FloatGraph(plain, threads);
        using var second = new FloatGraph(ours, threads);
        var (height, width) = (
            first.SideOf(2) ?? second.SideOf(2) ?? options.Height,
            first.SideOf(3) ?? second.SideOf(3) ?? options.Width);
        var image = new float[3 * height * width];
        var random = new Random(1);
        for (var index = 0; index < image.Length; index++)
        {
            image[index] = random.NextSingle();
        }

        using var input = OrtValue.CreateTensorValueFromMemory(image, [1, 3, height, width]);
        var difference = first.Run(input).Zip(second.Run(input), (a, b) => Math.Abs((double)a - b)).Max();
        var (firstRate, secondRate, ratio) = Rounds.Compare(options, () => first.Run(input), () =>
        {
            second.Run(input);
            Thread.Sleep(options.SlowDown);
        });
        report.Add($"{Path.GetFileName(plain)}, {width}x{height}, {threads} threads", $"{1000 / firstRate:F1} ms");
        report.Add($"{Path.GetFileName(ours)}, {width}x{height}, {threads} threads", $"{1000 / secondRate:F1} ms");
        report.AddAtLeast("second graph over first", ratio, Target, "F2");
        report.AddAtMost("largest difference of outputs", difference, DifferenceMax, "0.0E+0");
    }

    private sealed class FloatGraph : IDisposable
    {
        private readonly InferenceSession _session;
        private readonly RunOptions _runOptions = new();
        private readonly string _input;
        private readonly string _output;

        public FloatGraph(string path, int threads)
        {
            if (!File.Exists(path))
            {
                throw new EdgeRestoreException($"Graph '{path}' does not exist. Name an ONNX file.");
            }

            using var options = new SessionOptions { IntraOpNumThreads = threads };
            _session = new InferenceSession(path, options);
            _input = _session.InputMetadata.Keys.Single();
            _output = _session.OutputMetadata.Keys.Single();
        }

        public int? SideOf(int axis) =>
            _session.InputMetadata[_input].Dimensions[axis] is > 0 and var side ? side : null;

        public float[] Run(OrtValue input)
        {
            using var outputs = _session.Run(_runOptions, [_input], [input], [_output]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        }

        public void Dispose()
        {
            _runOptions.Dispose();
            _session.Dispose();
        }
    }
}
