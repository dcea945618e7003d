using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests;

/// <summary>The checkout that the tests run in: they look at the files that a newcomer sees.</summary>
internal static class Repository
{
    public static string Root => Checkout.Root;

    public static string Launcher => Path.Combine(Root, "edgerestore");

    /// <summary>The program as it is built by itself: beside the tests, what it loads is the daemon's.</summary>
    public static string Program => AppContext.BaseDirectory.Replace(
        "/tests/EdgeRestore.Cli.Tests/", "/src/EdgeRestore.Cli/", StringComparison.Ordinal) + "EdgeRestore.Cli.dll";
}
