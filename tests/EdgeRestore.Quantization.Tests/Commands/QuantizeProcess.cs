using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EdgeRestore.Quantization.Commands;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>The tool as a process of its own.</summary>
internal sealed partial class QuantizeProcess : IDisposable
{
    // Long for a busy machine of two cores.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private const int SigInt = 2;

    private readonly Process _process;
    private readonly StringBuilder _error = new();

    private QuantizeProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;

        // Code is otherwise mapped twice through a file that a limit on files' sizes would hold for, too.
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        _process = Process.Start(start)!;
    }

    private static string Program => typeof(CommandLine).Assembly.Location;

    /// <summary>
    /// Starts it with Ctrl+C in force, which whatever runs in a shell's background inherits as ignored.
    /// </summary>
    public static QuantizeProcess Start(params IReadOnlyList<string> arguments) =>
        new(new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Program, .. arguments]));

    /// <summary>
    /// Files end after so many bytes, whoever writes them, root too: as on a full disk, write(2) fails in the middle of
    /// a file.
    /// </summary>
    public static QuantizeProcess StartOnAFullDisk(int fileBytes, params IReadOnlyList<string> arguments) =>
        new(new ProcessStartInfo(
            "bash",
            ["-c", $"trap '' XFSZ; exec prlimit --fsize={fileBytes} dotnet \"$@\"", "bash", Program, .. arguments]));

    /// <summary>Interrupts it, as Ctrl+C does, once standard error has a line with this text.</summary>
    public async Task InterruptAtAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Limit);
        while (await _process.StandardError.ReadLineAsync(timeout.Token) is { } line)
        {
            _error.AppendLine(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                Assert.Equal(0, Kill(_process.Id, SigInt));
                return;
            }
        }

        Assert.Fail($"'{text}' was not told: {_error}");
    }

    public async Task<(int Code, string Error)> EndAsync()
    {
        using var timeout = new CancellationTokenSource(Limit);
        var output = _process.StandardOutput.ReadToEndAsync(timeout.Token);
        _error.Append(await _process.StandardError.ReadToEndAsync(timeout.Token));
        await output;
        await _process.WaitForExitAsync(timeout.Token);
        return (_process.ExitCode, _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
