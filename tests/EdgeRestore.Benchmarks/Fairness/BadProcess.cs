using System.Diagnostics;

namespace EdgeRestore.Benchmarks.Fairness;

/// <summary>
/// A bad client at low priority, also where the benchmark itself runs at a high one; disposing it kills it.
/// </summary>
internal sealed class BadProcess : IDisposable
{
    private readonly Process _process;

    private BadProcess(Process process) => _process = process;

    /// <summary>One of <see cref="BadClients"/>.</summary>
    public static BadProcess Start(string kind, Uri daemon) => Start(
        "dotnet",
        [Path.Combine(AppContext.BaseDirectory, "EdgeRestore.Benchmarks.dll"), "hostile", kind, daemon.ToString()]);

    /// <summary>One of <c>hostile.py</c>.</summary>
    public static BadProcess StartRaw(string kind, Uri daemon, int count) => Start(
        "/usr/bin/python3", [FindScript(), kind, daemon.Host, $"{daemon.Port}", $"{count}"]);

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static BadProcess Start(string program, string[] arguments) => new(Process.Start(
        new ProcessStartInfo("chrt", ["--other", "0", "nice", "-n", "10", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);

    private static string FindScript()
    {
        const string script = "tests/EdgeRestore.EndToEnd/Clients/hostile.py";
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, script) is var path && File.Exists(path))
            {
                return path;
            }
        }

        throw new EdgeRestoreException($"'{script}' is not above this program; allowed is a repository. Run it there.");
    }
}
