using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace EdgeRestore.Benchmarks;

/// <summary>A server in a process of its own, as it is in service.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    // signal(7) of Linux on x86-64 and arm64.
    private const int SignalStop = 19;
    private const int SignalContinue = 18;
    private const int SignalTerminate = 15;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly Process _process;

    private ServerProcess(Process process, Uri address, TimeSpan readyAfter)
    {
        _process = process;
        Address = address;
        ReadyAfter = readyAfter;
    }

    public Uri Address { get; }

    /// <summary>From the start of the process until it said that it listens.</summary>
    public TimeSpan ReadyAfter { get; }

    public static Task<ServerProcess> StartDaemonAsync(string package, params string[] arguments) => StartAsync(
        Path.Combine(AppContext.BaseDirectory, "EdgeRestore.Daemon.dll"),
        ["--package", package, "--listen", "127.0.0.1:0", "--device", "cpu", .. arguments]);

    public static Task<ServerProcess> StartEchoAsync() => StartAsync(
        Path.Combine(AppContext.BaseDirectory, "EdgeRestore.Benchmarks.dll"), "echo");

    /// <summary>Freezes the server: a delay in its path without a line of code in it for that.</summary>
    public void HoldUp(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            _ = Kill(_process.Id, SignalStop);
            Thread.Sleep(time);
            _ = Kill(_process.Id, SignalContinue);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _ = Kill(_process.Id, SignalTerminate);
        using var patience = new CancellationTokenSource(StartPatience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(string assembly, params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var log = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, received) => log.Enqueue(received.Data ?? "");
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(StartPatience);
        var line = await process.StandardOutput.ReadLineAsync(patience.Token);
        const string prefix = "listening on ";
        if (line is null || !line.StartsWith(prefix, StringComparison.Ordinal))
        {
            throw new EdgeRestoreException(
                $"The server '{Path.GetFileName(assembly)}' did not start: found {line ?? "no output"} on its " +
                $"standard output, allowed is '{prefix}ADDRESS'. It said: {string.Join(' ', log)}");
        }

        return new ServerProcess(process, new Uri(line[prefix.Length..]), Stopwatch.GetElapsedTime(start));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
