namespace EdgeRestore.Repositories;

/// <summary>A package that a repository holds, as its manifest says; its files are verified when it is
/// opened.</summary>
/// <param name="Id">Also its folder: NAME/VERSION.</param>
/// <param name="Sha256">Of its manifest; empty when that cannot be read.</param>
/// <param name="LengthBytes">Of all its files.</param>
/// <param name="Signer">Whose signature it carries; null without a trust store.</param>
/// <param name="Fault">Why it cannot be served, as far as its manifest tells; null when nothing is known against
/// it.</param>
public sealed record StoredPackage(PackageId Id, string Sha256, long LengthBytes, string? Signer, string? Fault);
