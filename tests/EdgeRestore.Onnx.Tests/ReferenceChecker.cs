using System.Diagnostics;

namespace EdgeRestore.Onnx.Tests;

/// <summary>The reference checker of the ONNX project, as Debian's python3-onnx carries it.</summary>
internal static class ReferenceChecker
{
    // With full_check shapes and types are inferred, too, and compared with what the file says.
    private const string Script =
        "import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True); "
        + "print(onnx.load(sys.argv[1]).graph.name)";

    /// <returns>0 and the graph's name, or what the checker said.</returns>
    public static async Task<(int ExitCode, string Output)> Check(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", Script, path])
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
