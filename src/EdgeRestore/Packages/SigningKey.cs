using System.Security.Cryptography;

namespace EdgeRestore.Packages;

/// <summary>A private key that vouches for packages: ECDSA over P-256.</summary>
public sealed class SigningKey : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        KeyId = KeyIdOf(key);
    }

    /// <summary>As in <see cref="PackageSignature.KeyId"/>.</summary>
    public string KeyId { get; }

    /// <summary>Makes a pair: the private file is readable by its owner only, the public one is for trust
    /// stores.</summary>
    /// <exception cref="PackageException">A file is there already, or cannot be written.</exception>
    public static SigningKey Create(string privatePath, string publicPath)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        try
        {
            Write(privatePath, key.ExportPkcs8PrivateKeyPem(), OwnerOnly);
            Write(publicPath, key.ExportSubjectPublicKeyInfoPem(), null);
            return new SigningKey(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Reads a private key, PKCS#8 or SEC1 in PEM, as <c>package keygen</c> or OpenSSL write it.</summary>
    /// <exception cref="PackageException">There is none, or it is of another kind.</exception>
    public static SigningKey Load(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(PemFile.Read(path, "signing key"));
            RequireP256(key, path);

            // A public key imports as well; without its private half there is nothing to sign with.
            key.SignHash(new byte[SHA256.HashSizeInBytes]);
            return new SigningKey(key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new PackageException(
                $"The signing key '{path}' cannot be used: found no private key of P-256 without a password, allowed "
                + "is one in PEM. Make one with 'package keygen', or give the private file of the pair.",
                exception);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Signs a package: (1) opens it as a daemon would, (2) adds the signature to those that others have made, in place
    /// of an older one of this key.
    /// </summary>
    /// <exception cref="PackageException">The package is damaged, or its folder cannot be written.</exception>
    public PackageSignature Sign(string directory)
    {
        // 1
        var package = ModelPackage.Open(directory);
        var manifest = ModelPackage.ReadManifest(package.Directory);
        if (ModelPackage.IdentityOf(manifest) != package.Sha256)
        {
            throw new PackageException(
                $"The package '{directory}' changed while it was being signed. Sign it again when nothing writes to "
                + "it.");
        }

        // 2
        var signature = new PackageSignature(
            KeyId, _key.SignData(manifest, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var others = PackageSignature.Read(package.Directory).Where(other => other.KeyId != KeyId);
        var path = Path.Combine(package.Directory, PackageSignature.FileName);
        try
        {
            new DurableFiles().Replace(path, PackageSignature.Format(others.Append(signature)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The signature '{path}' cannot be written: {exception.Message} The package is as it was; make its "
                + "folder writable, or sign a copy.",
                exception);
        }

        return signature;
    }

    public void Dispose() => _key.Dispose();

    internal static string KeyIdOf(ECDsa key) =>
        Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    internal static void RequireP256(ECDsa key, string path)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
        {
            throw new PackageException(
                $"The key '{path}' is of curve {curve.Oid.FriendlyName ?? curve.Oid.Value ?? "(explicit)"}, allowed is "
                + "P-256. Make one with 'package keygen'.");
        }
    }

    private static void Write(string path, string pem, UnixFileMode? mode)
    {
        try
        {
            // A folder that is made for keys is its owner's alone; one that is there stays as it is.
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            _ = OperatingSystem.IsWindows()
                ? Directory.CreateDirectory(folder)
                : Directory.CreateDirectory(
                    folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = mode;
            }

            using var writer = new StreamWriter(path, options);
            writer.WriteLine(pem);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The key '{path}' cannot be written: {exception.Message} Keys are never overwritten: choose another "
                + "name, or a folder that is writable.",
                exception);
        }
    }
}
