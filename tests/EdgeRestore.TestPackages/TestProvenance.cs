using EdgeRestore.Packages;

namespace EdgeRestore.TestPackages;

/// <summary>Where packages of tests come from.</summary>
public static class TestProvenance
{
    public static PackageProvenance Value { get; } = new()
    {
        TrainingData = "none",
        Licence = "Apache-2.0",
        Command = "built by tests",
        Seed = 0,
        Steps = 0,
        CpuHours = 0,
        Commit = "",
        Notes = "",
    };
}
