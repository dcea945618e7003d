using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeRestore.Cli.Demo;

/// <summary>
/// A daemon of one's own: started on a free port of the loopback device, drained and gone when disposed.
/// </summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    // The daemon prints this with its address once it takes streams.
    private const string ReadyPrefix = "listening on ";

    private const int SigTerm = 15;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    private readonly Process _process;

    private DaemonProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <param name="package">Folder of the package that it serves.</param>
    /// <param name="device">As <c>--device</c> has it.</param>
    /// <param name="log">File that takes what it logs.</param>
    /// <param name="startLimit">Within which it serves; a minute when not given.</param>
    /// <exception cref="EdgeRestoreException">It ended or did not answer; the message holds its last words.</exception>
    public static async Task<DaemonProcess> StartAsync(
        string package, string device, string log, CancellationToken token, TimeSpan? startLimit = null)
    {
        var start = new ProcessStartInfo(
            "dotnet", [Library, "--package", package, "--listen", "127.0.0.1:0", "--device", device])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(startLimit ?? StartLimit);
        try
        {
            var logging = CopyAsync(process.StandardError, log);
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith(ReadyPrefix, StringComparison.Ordinal))
                {
                    // What it prints later must not fill the pipe and stop it.
                    _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
                    return new DaemonProcess(process, new Uri(line[ReadyPrefix.Length..]));
                }
            }

            await process.WaitForExitAsync(limit.Token);
            await logging;
            throw new EdgeRestoreException(
                $"The daemon ended with exit code {process.ExitCode} before it served. Its last words, from {log}:\n"
                + LastWords(log));
        }
        catch (OperationCanceledException exception) when (!token.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new EdgeRestoreException(
                $"The daemon did not serve within {(startLimit ?? StartLimit).TotalSeconds:F0} s. Its last words, from "
                + $"{log}:\n{LastWords(log)}",
                exception);
        }
        catch
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            // Kill would be SIGKILL, which drains nothing.
            _ = Kill(_process.Id, SigTerm);
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    // The launcher says which build is meant; without it the daemon lies beside this program's own build.
    private static string Library => Environment.GetEnvironmentVariable("EDGERESTORE_DAEMON") is { Length: > 0 } given
        ? given
        : AppContext.BaseDirectory.TrimEnd('/')
            .Replace("/EdgeRestore.Cli/", "/EdgeRestore.Daemon/", StringComparison.Ordinal)
            + "/EdgeRestore.Daemon.dll";

    private static async Task CopyAsync(StreamReader from, string log)
    {
        await using var to = new FileStream(log, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        await from.BaseStream.CopyToAsync(to);
    }

    private static string LastWords(string log) =>
        File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(15)) : "(none)";

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
