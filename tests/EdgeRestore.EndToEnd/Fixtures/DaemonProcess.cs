using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EdgeRestore.Daemon.Hosting;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// The daemon as a process of its own; disposing it fails the test if it logged an error or lived on.
/// </summary>
internal sealed partial class DaemonProcess : IAsyncDisposable
{
    private const string ReadyPrefix = "listening on ";
    private const int SigHup = 1;
    private const int SigTerm = 15;

    private readonly Process _process;
    private readonly StringBuilder _log = new();
    private readonly Task _logging;

    private DaemonProcess(Process process)
    {
        _process = process;
        _logging = CopyLogAsync();
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Set by a test that makes the process fail; its log may then tell errors.</summary>
    public int ExpectedExitCode { get; set; }

    /// <summary>Memory of the process that is in use.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string LogText
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts a daemon and waits until it serves.</summary>
    public static Task<DaemonProcess> StartAsync(string package, params string[] arguments) =>
        StartAsync([], ["--package", package, "--listen", "127.0.0.1:0", "--device", "cpu", .. arguments]);

    /// <summary>The same with variables of its environment, and what the modes of its files lack.</summary>
    public static async Task<DaemonProcess> StartAsync(
        Dictionary<string, string> environment, IEnumerable<string> arguments, string umask = "022")
    {
        var daemon = Launch(arguments, environment, umask);
        var line = await daemon._process.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        Assert.True(line?.StartsWith(ReadyPrefix, StringComparison.Ordinal), $"'{line}' {daemon.LogText}");
        daemon.Address = new Uri(line![ReadyPrefix.Length..]);
        return daemon;
    }

    /// <summary>Runs a daemon that is not expected to get as far as serving.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var daemon = Launch(arguments);
        using var process = daemon._process;
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience.Limit);
        await process.WaitForExitAsync().WaitAsync(Patience.Limit);
        await daemon._logging.WaitAsync(Patience.Limit);
        return (process.ExitCode, output, daemon.LogText);
    }

    public void Terminate() => Assert.Equal(0, Kill(_process.Id, SigTerm));

    public void HangUp() => Assert.Equal(0, Kill(_process.Id, SigHup));

    public async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
        await _logging.WaitAsync(Patience.Limit);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                Terminate();
            }

            Assert.Equal(ExpectedExitCode, await WaitForExitAsync());
        }
        finally
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }

        if (ExpectedExitCode != 0)
        {
            return;
        }

        // As the console logger marks errors.
        Assert.DoesNotContain("fail:", LogText, StringComparison.Ordinal);
        Assert.DoesNotContain("crit:", LogText, StringComparison.Ordinal);
    }

    private static DaemonProcess Launch(
        IEnumerable<string> arguments, Dictionary<string, string>? environment = null, string umask = "022")
    {
        var start = new ProcessStartInfo(
            "sh",
            ["-c", $"umask {umask}; exec dotnet \"$@\"", "sh", typeof(DaemonHost).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("EDGERESTORE_ROOT");
        foreach (var (name, value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return new DaemonProcess(Process.Start(start)!);
    }

    private async Task CopyLogAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_log)
            {
                _log.AppendLine(line);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
