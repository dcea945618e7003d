using System.Diagnostics;

namespace EdgeRestore.Cli.Tests;

/// <summary>A test that needs a small file system of its own: skipped where mounting is not allowed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MountFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> CanMount = new(() =>
    {
        using var process = Process.Start(
            new ProcessStartInfo("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
            {
                RedirectStandardError = true,
            });
        process?.WaitForExit();
        return process?.ExitCode == 0;
    });

    public MountFactAttribute() => Skip = Reason;

    internal static string? Reason => CanMount.Value
        ? null
        : "Mounting a file system is not allowed to this user (needs root and CAP_SYS_ADMIN).";
}
