using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRestore.Quantization.Tests.Runtimes;

/// <summary>
/// ONNX Runtime 1.16.3 of npm's onnxruntime-node, in a process of its own: three years before the one in use.
/// </summary>
internal static partial class OlderRuntime
{
    /// <summary>The last opset that it takes.</summary>
    public const long GreatestOpset = 19;

    private const string Module = "onnxruntime-node-1.16";

    // A machine that builds at the same time; alone it takes a second.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Root = FindRoot();

    /// <summary>Runs a graph; fails the test with the runtime's own words when it does not take it.</summary>
    public static async Task<IReadOnlyDictionary<string, Tensor>> RunAsync(
        string model, IEnumerable<(string Name, Tensor Value)> inputs)
    {
        var folder = Directory.CreateTempSubdirectory("edgerestore-runtime-").FullName;
        try
        {
            var (request, results) = (Path.Combine(folder, "request.json"), Path.Combine(folder, "results.json"));
            var one = new Request(
                Path.GetFullPath(model), inputs.ToDictionary(input => input.Name, input => input.Value), results);
            await File.WriteAllTextAsync(
                request, JsonSerializer.Serialize<Request[]>([one], Json.Default.RequestArray));
            var script = Path.Combine(Root, "tests", "EdgeRestore.Quantization.Tests", "Runtimes", "run-graph.cjs");
            using var process = Process.Start(
                new ProcessStartInfo("node", [script, Module, request]) { RedirectStandardError = true })!;
            using var timeout = new CancellationTokenSource(Patience);
            var errors = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            Assert.True(
                process.ExitCode == 0,
                $"node ended with {process.ExitCode} (npm ci installs {Module}): {await errors}");
            var result = JsonSerializer.Deserialize(await File.ReadAllTextAsync(results), Json.Default.Result)!;
            Assert.True(result.Error is null, $"{Module}: {result.Error}");
            return result.Outputs!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "EdgeRestore.sln")))
        {
            folder = folder.Parent
                ?? throw new InvalidOperationException("These tests run below the repository's root.");
        }

        return folder.FullName;
    }

    /// <summary>Elements row-major, little-endian, base64.</summary>
    internal sealed record Tensor(string Type, long[] Shape, string Data)
    {
        public static Tensor Of(long[] shape, float[] values) =>
            new("float32", shape, Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan())));

        public static Tensor Of(long[] shape, byte[] values) => new("uint8", shape, Convert.ToBase64String(values));

        public byte[] ToBytes() => Convert.FromBase64String(Data);

        public float[] ToFloats() => MemoryMarshal.Cast<byte, float>(ToBytes()).ToArray();
    }

    private sealed record Request(string Model, Dictionary<string, Tensor> Inputs, string Results);

    private sealed record Result(Dictionary<string, Tensor>? Outputs, string? Error);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Request[]))]
    [JsonSerializable(typeof(Result))]
    private sealed partial class Json : JsonSerializerContext;
}
