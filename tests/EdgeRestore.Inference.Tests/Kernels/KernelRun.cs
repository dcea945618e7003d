using System.Text.Json;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Kernels;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests.Kernels;

/// <summary>Runs graphs that name operators of our own, beside ONNX's.</summary>
internal static class KernelRun
{
    /// <summary>
    /// Fails where the operators of our own are switched off: ONNX Runtime would be compared with itself.
    /// </summary>
    public static void RequireKernels()
    {
        OnnxRuntimeLibrary.Load(null);
        Assert.True(
            KernelLibrary.IsAvailable,
            $"There are no operators of our own to test: {KernelLibrary.SwitchVariable} is "
                + $"'{Environment.GetEnvironmentVariable(KernelLibrary.SwitchVariable)}' and must not be 'off'. Unset "
                + $"it; if it is not set, ONNX Runtime is older than its C API {RuntimeApi.Version}.");
    }

    /// <summary>Runs a session.</summary>
    /// <returns>The output, and how many operators of each type ran, by the session's own account.</returns>
    public static (T[] Output, IReadOnlyDictionary<string, int> Operators) Run<T>(
        Func<SessionOptions, InferenceSession> open, string output, params (string Name, OrtValue Value)[] inputs)
        where T : unmanaged
    {
        RequireKernels();
        var folder = Directory.CreateTempSubdirectory("kernels");
        try
        {
            using var options = new SessionOptions
            {
                IntraOpNumThreads = 2,
                LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
                EnableProfiling = true,
                ProfileOutputPathPrefix = Path.Combine(folder.FullName, "profile"),
            };
            using var session = open(options);
            using var runOptions = new RunOptions();
            string[] names = [.. inputs.Select(input => input.Name)];
            using var results = session.Run(runOptions, names, [.. inputs.Select(input => input.Value)], [output]);
            using var profile = JsonDocument.Parse(File.ReadAllBytes(session.EndProfiling()));
            var operators = profile.RootElement.EnumerateArray()
                .Where(entry =>
                    entry.GetProperty("name").GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
                .CountBy(entry => entry.GetProperty("args").GetProperty("op_name").GetString()!);
            return (results[0].GetTensorDataAsSpan<T>().ToArray(), operators.ToDictionary());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Builds a graph of float inputs and runs it.</summary>
    /// <param name="build">Gives the values to look at: what an operator of our own gives, and what it ought to
    /// give.</param>
    /// <param name="inputs">Shapes and values.</param>
    public static (float[] Ours, float[] Theirs) Compare(
        Func<GraphBuilder, string[], (string Ours, string Theirs)> build,
        params (long[] Shape, float[] Values)[] inputs)
    {
        var builder = new GraphBuilder("kernels");
        var names = inputs.Select((input, index) =>
            builder.Input($"x{index}", ElementType.Float, [.. input.Shape.Select(size => (Dimension)size)])).ToArray();
        var (ours, theirs) = build(builder, names);
        var toFloat = new IntAttribute("to", (long)ElementType.Float);
        builder.Output(builder.Add("Cast", [ours], toFloat), "ours", ElementType.Float);
        builder.Output(builder.Add("Cast", [theirs], toFloat), "theirs", ElementType.Float);
        var file = new OnnxFile(builder.Graph);
        file.Opsets[KernelLibrary.Domain] = 1;
        file.Opsets["com.microsoft"] = 1;

        RequireKernels();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 2,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        KernelLibrary.AddTo(options);
        using var session = new InferenceSession(file.ToBytes(), options);
        var values = inputs.Select(input => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape)).ToArray();
        using var runOptions = new RunOptions();
        using var results = session.Run(runOptions, names, values, ["ours", "theirs"]);
        Assert.Equal(results[1].GetTensorTypeAndShape().Shape, results[0].GetTensorTypeAndShape().Shape);
        return (results[0].GetTensorDataAsSpan<float>().ToArray(), results[1].GetTensorDataAsSpan<float>().ToArray());
    }

    /// <summary>Adds an operator of our own.</summary>
    public static string Kernel(
        this GraphBuilder builder, string opType, string[] inputs, params NodeAttribute[] attributes)
    {
        var output = $"{opType}.{builder.Graph.Nodes.Count}";
        builder.Graph.Nodes.Add(FusedGraph.Kernel(opType, [.. inputs], output, [.. attributes]));
        return output;
    }

    public static float[] Random(long count, float scale = 1, float offset = 0)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, (int)count).Select(_ => (((random.NextSingle() * 2) - 1) * scale) + offset)];
    }
}
