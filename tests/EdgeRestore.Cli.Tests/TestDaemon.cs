using EdgeRestore.Cli.Demo;
using EdgeRestore.EndToEnd.Fixtures;

namespace EdgeRestore.Cli.Tests;

/// <summary>A daemon in a process of its own that serves the folder's test package.</summary>
internal static class TestDaemon
{
    public static async Task<DaemonProcess> StartAsync(TemporaryFolder folder)
    {
        // Built beside these tests, since their project refers to it.
        Environment.SetEnvironmentVariable(
            "EDGERESTORE_DAEMON", Path.Combine(AppContext.BaseDirectory, "EdgeRestore.Daemon.dll"));
        using var limit = new CancellationTokenSource(Patience.Limit);
        return await DaemonProcess.StartAsync(folder.Package, "cpu", folder.File("daemon.log"), limit.Token);
    }
}
