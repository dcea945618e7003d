using System.Diagnostics;
using System.Text.RegularExpressions;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Tests.Repositories;

/// <summary>
/// The tests that stop an installation before each of its operations know those that it announces; the kernel tells
/// whether there are others.
/// </summary>
public sealed partial class InstallationTraceTests : IDisposable
{
    private const string Strace = "/usr/bin/strace";
    private const string Calls =
        "mkdir,mkdirat,open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,rename,"
        + "renameat,renameat2,unlink,unlinkat,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,fallocate,"
        + "copy_file_range,sendfile,splice";

    private readonly RepositoryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [StraceFact]
    public void Kernel_SeesThoseChangesThatAreAnnouncedAndNoOthers()
    {
        var repository = _fixture.Open();
        repository.Install(_fixture.WritePackage("1.0.0"));
        repository.WriteActivation(new Activation().Activate(RepositoryFixture.Version("1.0.0")));
        var trace = Path.Combine(_fixture.Root, "trace");

        var announced = Run(trace, _fixture.WritePackage("2.0.0"));

        // The file that is locked holds nothing.
        var seen = ReadCalls(trace)
            .Where(call => call.Contains(_fixture.RepositoryPath, StringComparison.Ordinal)
                && !call.Contains("/.lock\"", StringComparison.Ordinal))
            .Select(Classify).OfType<string>();
        Assert.Equal(announced.Select(Name), seen);
    }

    private string[] Run(string trace, string package)
    {
        var start = new ProcessStartInfo(
            Strace,
            [
                "-f", "-qq", "-yy", "-s", "0", "-e", $"trace={Calls}", "-o", trace, "dotnet",
                typeof(KilledInstallation).Assembly.Location, _fixture.RepositoryPath, package, "2.0.0", "-1",
            ])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(120)));
        Assert.Equal(0, process.ExitCode);
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Calls that succeeded, in order; those that another thread cut into are put together again.</summary>
    private static List<string> ReadCalls(string trace)
    {
        var begun = new Dictionary<string, string>();
        var calls = new List<string>();
        foreach (var line in File.ReadLines(trace))
        {
            var (thread, call) = (line[..line.IndexOf(' ')], line[line.IndexOf(' ')..].Trim());
            if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[thread] = call[..^"<unfinished ...>".Length];
                continue;
            }

            if (call.StartsWith("<... ", StringComparison.Ordinal))
            {
                call = begun[thread] + call[(call.IndexOf('>') + 1)..];
            }

            if (Succeeded().IsMatch(call))
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    private static string? Classify(string call) => call[..call.IndexOf('(')] switch
    {
        "open" or "openat" =>
            call.Contains("O_CREAT", StringComparison.Ordinal) ? nameof(DurableOperation.CreateFile) : null,
        "mkdir" or "mkdirat" => nameof(DurableOperation.CreateFolder),
        "write" or "pwrite64" => nameof(DurableOperation.Write),
        "fsync" or "fdatasync" => Name(nameof(DurableOperation.FlushFile)),
        "rename" or "renameat" or "renameat2" => nameof(DurableOperation.Rename),
        "unlink" or "unlinkat" or "rmdir" => nameof(DurableOperation.Delete),
        var other => other,
    };

    // The kernel flushes files and folders by the same call.
    private static string Name(string operation) =>
        operation is nameof(DurableOperation.FlushFile) or nameof(DurableOperation.FlushFolder) ? "Flush" : operation;

    [GeneratedRegex(@"\) += \d")]
    private static partial Regex Succeeded();

    private sealed class StraceFactAttribute : FactAttribute
    {
        public StraceFactAttribute()
        {
            if (!File.Exists(Strace))
            {
                Skip = "strace is not installed.";
            }
        }
    }
}
