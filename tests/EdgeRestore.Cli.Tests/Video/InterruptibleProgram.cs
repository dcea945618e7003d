using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using EdgeRestore.EndToEnd.Fixtures;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>The command line in a process of its own, that can be watched and interrupted.</summary>
internal sealed class InterruptibleProgram : IDisposable
{
    private const int SigInt = 2;

    private readonly Process _process;
    private readonly StringBuilder _error = new();

    public InterruptibleProgram(params string[] arguments)
    {
        // Tests that were started in the background of a script ignore SIGINT, and so would what they start.
        _process = Process.Start(
            new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Repository.Program, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            })!;
    }

    /// <summary>Reads standard error up to a line that satisfies.</summary>
    public async Task WaitForLineAsync(Func<string, bool> isEnough)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (await _process.StandardError.ReadLineAsync(limit.Token) is { } line)
        {
            _error.AppendLine(line);
            if (isEnough(line))
            {
                return;
            }
        }

        Assert.Fail($"The program ended before: {_error}");
    }

    public void Interrupt() => Assert.Equal(0, kill(_process.Id, SigInt));

    public async Task<Shell.Outcome> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var output = _process.StandardOutput.ReadToEndAsync(limit.Token);
        _error.Append(await _process.StandardError.ReadToEndAsync(limit.Token));
        await _process.WaitForExitAsync(limit.Token);
        return new Shell.Outcome(_process.ExitCode, await output, _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    [DllImport("libc")]
    private static extern int kill(int processId, int signal);
}
