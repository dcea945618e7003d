using System.Diagnostics;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Tests.Repositories;

/// <summary>
/// A process that installs and activates a package, and is killed by SIGKILL before a given operation.
/// </summary>
public static class KilledInstallation
{
    public const int KilledExitCode = 128 + 9;

    /// <summary>
    /// REPOSITORY PACKAGE VERSION OPERATION, the last counted from 0; -1 for none. Prints every operation before it
    /// happens.
    /// </summary>
    public static int Main(string[] arguments)
    {
        var operation = int.Parse(arguments[3], System.Globalization.CultureInfo.InvariantCulture);
        var files = new DurableFiles((announced, _) =>
        {
            Console.WriteLine(announced);
            if (operation-- == 0)
            {
                Process.GetCurrentProcess().Kill();
                Thread.Sleep(Timeout.Infinite);
            }
        });
        var repository = PackageRepository.Open(arguments[0], null, files);
        repository.Install(arguments[1]);
        repository.WriteActivation(repository.ReadActivation().Activate(RepositoryFixture.Version(arguments[2])));
        return 0;
    }

    /// <summary>Runs it; the exit code.</summary>
    internal static int Run(string repository, string package, string version, int operation)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [typeof(KilledInstallation).Assembly.Location, repository, package, version, $"{operation}"]);
        using var process = Process.Start(start)!;
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        return process.ExitCode;
    }
}
