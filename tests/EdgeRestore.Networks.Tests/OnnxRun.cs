using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Networks.Tests;

/// <summary>An exported graph in ONNX Runtime on the CPU.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession session;

    public OnnxRun(OnnxFile file)
    {
        using var options = Options();
        session = new InferenceSession(file.ToBytes(), options);
    }

    public OnnxRun(string path)
    {
        using var options = Options();
        session = new InferenceSession(path, options);
    }

    public Dictionary<string, (T[] Values, long[] Shape)> Run<T>(
        IEnumerable<string> outputs, params (string Name, OrtValue Value)[] inputs)
        where T : unmanaged
    {
        using var run = new RunOptions();
        string[] names = [.. outputs];
        using var results = session.Run(
            run, [.. inputs.Select(input => input.Name)], [.. inputs.Select(input => input.Value)], names);
        foreach (var input in inputs)
        {
            input.Value.Dispose();
        }

        return names.Zip(results).ToDictionary(
            pair => pair.First,
            pair => (pair.Second.GetTensorDataAsSpan<T>().ToArray(), pair.Second.GetTensorTypeAndShape().Shape));
    }

    /// <summary>The output of a float export for an image and, where the graph takes one, a prompt per image.</summary>
    public (float[] Values, long[] Shape) Restore(NamedTensor image, params long[] prompt)
    {
        List<(string, OrtValue)> inputs = [("image", OrtValue.CreateTensorValueFromMemory(image.Values, image.Shape))];
        if (prompt.Length > 0)
        {
            inputs.Add(("prompt", OrtValue.CreateTensorValueFromMemory(prompt, [prompt.Length])));
        }

        return Run<float>(["output"], [.. inputs])["output"];
    }

    /// <summary>The same for a prompt of floats: tokens or an embedding.</summary>
    public (float[] Values, long[] Shape) Restore(NamedTensor image, NamedTensor prompt) => Run<float>(
        ["output"],
        ("image", OrtValue.CreateTensorValueFromMemory(image.Values, image.Shape)),
        (prompt.Name, OrtValue.CreateTensorValueFromMemory(prompt.Values, prompt.Shape)))["output"];

    public void Dispose() => session.Dispose();

    private static SessionOptions Options()
    {
        var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        return options;
    }
}
