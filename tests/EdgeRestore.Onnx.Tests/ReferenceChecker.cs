using System.Diagnostics;

namespace EdgeRestore.Onnx.Tests;

/// <summary>The reference checker of the ONNX project, as Debian's python3-onnx carries it.</summary>
internal static class ReferenceChecker
{
    /// <summary>The last opset whose types Debian 12's python3-onnx (1.12) can infer.</summary>
    public const long GreatestOpset = 17;

    // With full_check shapes and types are inferred, too, and compared with what the file says.
    private const string Script =
        "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=sys.argv[2] == 'full'); "
        + "print(onnx.load(sys.argv[1]).graph.name)";

    /// <param name="path">The file.</param>
    /// <param name="isFull">False where types are from an opset that this checker does not know yet.</param>
    /// <returns>0 and the graph's name, or what the checker said.</returns>
    public static async Task<(int ExitCode, string Output)> Check(string path, bool isFull = true)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", ["-c", Script, path, isFull ? "full" : "structure"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        return (process.ExitCode, ((await output) + (await errors)).Trim());
    }
}
