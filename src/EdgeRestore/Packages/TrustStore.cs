using System.Security.Cryptography;

namespace EdgeRestore.Packages;

/// <summary>The public keys whose packages are taken: a folder of PEM files. Thread-safe.</summary>
/// <remarks>Several keys stand side by side, so that an old and a new one overlap; taking a file away ends its
/// trust.</remarks>
public sealed class TrustStore
{
    private readonly Dictionary<string, (string Name, byte[] PublicKey)> _keys;

    private TrustStore(string directory, Dictionary<string, (string Name, byte[] PublicKey)> keys)
    {
        Directory = directory;
        _keys = keys;
    }

    public string Directory { get; }

    /// <summary>The names of its keys' files.</summary>
    public IEnumerable<string> KeyNames => _keys.Values.Select(key => key.Name).Order(StringComparer.Ordinal);

    /// <summary>Reads every <c>*.pem</c> of a folder.</summary>
    /// <exception cref="PackageException">It holds no key, or something that is none.</exception>
    public static TrustStore Open(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var root = Path.GetFullPath(directory);
        if (!System.IO.Directory.Exists(root))
        {
            throw new PackageException(
                $"The trust store '{root}' is missing: found no such folder, allowed is one with public keys (*.pem). "
                + "Create it, and put the .pub.pem of those whose packages you take in it.");
        }

        try
        {
            var keys = new Dictionary<string, (string, byte[])>();
            foreach (var path in System.IO.Directory.EnumerateFiles(root, "*.pem").Order(StringComparer.Ordinal))
            {
                using var key = Read(path);
                keys[SigningKey.KeyIdOf(key)] = (Path.GetFileName(path), key.ExportSubjectPublicKeyInfo());
            }

            // An empty store would trust nobody, and look as if it had been forgotten.
            return keys.Count > 0
                ? new TrustStore(root, keys)
                : throw new PackageException(
                    $"The trust store '{root}' is empty: found no *.pem, allowed is at least one public key. Put the "
                    + ".pub.pem of those whose packages you take in it.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new PackageException(
                $"The trust store '{root}' cannot be read: {exception.Message} Allowed is a folder that this user may "
                + "enter, with keys that it may read. Change their mode or owner (chmod, chown), or correct the path.",
                exception);
        }
    }

    /// <summary>Whether one of the signatures is over these bytes and of a trusted key.</summary>
    /// <returns>The name of the key's file.</returns>
    /// <exception cref="PackageException">None is.</exception>
    internal string RequireSigner(
        string package, ReadOnlySpan<byte> manifest, IReadOnlyList<PackageSignature> signatures)
    {
        var isKnown = false;
        foreach (var signature in signatures)
        {
            if (!_keys.TryGetValue(signature.KeyId, out var trusted))
            {
                continue;
            }

            isKnown = true;
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(trusted.PublicKey, out _);
            if (key.VerifyData(
                manifest, signature.Value, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
            {
                return trusted.Name;
            }
        }

        var found = signatures.Count == 0 ? "no signature"
            : isKnown ? "a signature of a trusted key over another manifest"
            : $"signatures of {string.Join(", ", signatures.Select(signature => signature.KeyId[..12]))}";
        throw new PackageException(
            $"The package '{package}' is not trusted: found {found}, allowed is one of {string.Join(", ", KeyNames)} "
            + $"over this manifest. Sign it ('package sign --key'), or put the signer's public key in '{Directory}'.");
    }

    private static ECDsa Read(string path)
    {
        var pem = PemFile.Read(path, "trusted key");
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal))
        {
            throw new PackageException(
                $"The trusted key '{path}' is a private key, allowed are public ones. Put the .pub.pem of the pair "
                + "there, and keep the private file where packages are signed; whoever could read it here can sign.");
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(pem);
            SigningKey.RequireP256(key, path);
            return key;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new PackageException(
                $"The trusted key '{path}' cannot be read: {exception.Message} Allowed is a public key of P-256 in "
                + "PEM; take it away, or write it again with 'package keygen'.",
                exception);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
