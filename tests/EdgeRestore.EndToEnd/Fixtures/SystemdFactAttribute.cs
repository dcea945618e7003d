namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// Skipped where systemd's tools of version 252, Debian 12's, are not installed: ratings differ by version.
/// </summary>
internal sealed class SystemdFactAttribute : FactAttribute
{
    private static readonly EnumerationOptions Deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 2 };

    public SystemdFactAttribute()
    {
        if (!File.Exists("/usr/bin/systemd-analyze")
            || Directory.GetFiles("/usr/lib", "libsystemd-shared-252.so", Deep).Length == 0)
        {
            Skip = "systemd-analyze of systemd 252 is not installed.";
        }
    }
}
