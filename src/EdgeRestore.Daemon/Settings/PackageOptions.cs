namespace EdgeRestore.Daemon.Settings;

/// <summary>Which package is served, which others are taken, and how a new version proves itself.</summary>
internal sealed record PackageOptions
{
    /// <value>Folder of the package. Without one: the package that comes with the program.</value>
    public string? Package { get; init; }

    /// <summary>
    /// Folder of packages with versions; what its activation names is served instead of Packages:Package.
    /// </summary>
    /// <value>Without one: Packages:Package is served until the daemon stops.</value>
    public string? Repository { get; init; }

    /// <summary>Folder of public keys; packages that none of them signed are refused, Packages:Package too.</summary>
    /// <value>Without one: any package whose hashes agree.</value>
    public string? Trust { get; init; }

    /// <summary>Restored frames after which an activated version counts as good, and the one before is freed.</summary>
    /// <value>Frames; 300, which is 10 s of one camera.</value>
    [Within(1, 1_000_000)]
    public int TrialFrames { get; init; } = 300;

    /// <summary>Frames that may fail or be no picture during the trial; one more, and it is rolled back.</summary>
    /// <value>Frames; 2, since a device may stumble once.</value>
    [Within(0, 1_000_000)]
    public int TrialBadFrames { get; init; } = 2;

    /// <summary>Time after which a trial ends well without that many frames, as where all pass through.</summary>
    /// <value>Seconds; 900.</value>
    [Within(1, 1_000_000)]
    public int TrialSeconds { get; init; } = 900;
}
