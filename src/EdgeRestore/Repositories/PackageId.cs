namespace EdgeRestore.Repositories;

/// <summary>Names one version of one package; both are words that <c>PackageManifest</c> allows.</summary>
public sealed record PackageId(string Name, string Version)
{
    public override string ToString() => $"{Name} {Version}";
}
