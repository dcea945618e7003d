namespace EdgeRestore.Packages;

/// <summary>One file of a package as the manifest vouches for it.</summary>
/// <param name="Path">Relative to the package, forward slashes.</param>
/// <param name="LengthBytes">Exact length.</param>
/// <param name="Sha256">64 lower-case hexadecimal digits.</param>
public sealed record PackageFile(string Path, long LengthBytes, string Sha256);
