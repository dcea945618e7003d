using System.Diagnostics;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using EdgeRestore.Packages;

namespace EdgeRestore.Tests.Packages;

public sealed class PackageSignatureTests : IDisposable
{
    private readonly PackageFixture _fixture = new();

    private string TrustPath => Path.Combine(_fixture.Root, "trust");

    private string SignaturePath => Path.Combine(_fixture.PackagePath, PackageSignature.FileName);

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Open_SignedByATrustedKey_NamesTheKey()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);

        key.Sign(_fixture.PackagePath);

        Assert.Equal("release.pub.pem", Open().Signer);
        Assert.Null(ModelPackage.Open(_fixture.PackagePath).Signer);
    }

    [Fact]
    public void Open_Unsigned_IsRefused()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);

        AssertUntrusted("found no signature", "allowed is one of release.pub.pem", "package sign --key", TrustPath);
    }

    [Fact]
    public void Open_SignedByAnotherKey_IsRefusedAndNamesIt()
    {
        _fixture.Write();
        using var trusted = CreateKey("release", isTrusted: true);
        using var other = CreateKey("stranger", isTrusted: false);

        other.Sign(_fixture.PackagePath);

        AssertUntrusted(other.KeyId[..12]);
    }

    [Fact]
    public void Open_ManifestChangedAfterSigning_IsRefused()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        key.Sign(_fixture.PackagePath);

        var text = File.ReadAllText(_fixture.ManifestPath);
        File.WriteAllText(_fixture.ManifestPath, text.Replace("1.0.0", "1.0.1", StringComparison.Ordinal));

        AssertUntrusted("a trusted key over another manifest");
    }

    [Fact]
    public void Open_FileChangedAfterSigning_IsRefusedByItsHash()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        key.Sign(_fixture.PackagePath);
        var weights = Path.Combine(_fixture.PackagePath, "weights.bin");
        var bytes = File.ReadAllBytes(weights);
        bytes[0] ^= 1;
        File.WriteAllBytes(weights, bytes);

        var exception = Assert.Throws<PackageException>(Open);
        Assert.Contains("weights.bin", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EveryBitOfTheSignatureFlipped_IsRefused()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        var signature = key.Sign(_fixture.PackagePath);
        for (var index = 0; index < signature.Value.Length * 8; index++)
        {
            var value = signature.Value.ToArray();
            value[index / 8] ^= (byte)(1 << (index % 8));
            File.WriteAllBytes(SignaturePath, PackageSignature.Format([signature with { Value = value }]));

            AssertUntrusted();
        }
    }

    [Fact]
    public void Sign_WithASecondKey_KeepsTheFirst()
    {
        _fixture.Write();
        using var old = CreateKey("old", isTrusted: false);
        using var current = CreateKey("current", isTrusted: true);
        old.Sign(_fixture.PackagePath);
        current.Sign(_fixture.PackagePath);
        current.Sign(_fixture.PackagePath);

        Assert.Equal([old.KeyId, current.KeyId], PackageSignature.Read(_fixture.PackagePath).Select(one => one.KeyId));
        Assert.Equal("current.pub.pem", Open().Signer);
    }

    [Fact]
    public void Sign_DamagedPackage_IsRefused()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        File.WriteAllText(Path.Combine(_fixture.PackagePath, "noise.onnx"), "not what was hashed");

        Assert.Throws<PackageException>(() => key.Sign(_fixture.PackagePath));
        Assert.False(File.Exists(SignaturePath));
    }

    [Theory]
    [InlineData("")]
    [InlineData("edgerestore-signatures 2\n")]
    [InlineData("edgerestore-signatures 1\nrsa 00 AA==\n")]
    [InlineData("edgerestore-signatures 1\necdsa-p256-sha256 zz AA==\n")]
    public void Open_SignatureFileOfAnotherForm_IsRefused(string text)
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        File.WriteAllText(SignaturePath, text);

        var exception = Assert.Throws<PackageException>(Open);
        Assert.Contains(PackageSignature.FileName, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Sign the package again", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public void Create_PrivateKey_IsForItsOwnerOnlyAndNeverOverwritten()
    {
        using var key = CreateKey("release", isTrusted: false);
        var path = Path.Combine(_fixture.Root, "release.key.pem");

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var exception = Assert.Throws<PackageException>(() => CreateKey("release", isTrusted: false));
        Assert.Contains("never overwritten", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_PublicKeyOrAnotherCurve_IsRefused()
    {
        CreateKey("release", isTrusted: false).Dispose();
        var wrongCurve = Path.Combine(_fixture.Root, "p384.pem");
        using (var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384))
        {
            File.WriteAllText(wrongCurve, ecdsa.ExportPkcs8PrivateKeyPem());
        }

        Assert.Contains(
            "no private key",
            Assert.Throws<PackageException>(
                () => SigningKey.Load(Path.Combine(_fixture.Root, "release.pub.pem"))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "allowed is P-256",
            Assert.Throws<PackageException>(() => SigningKey.Load(wrongCurve)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenTrustStore_PrivateKeyInIt_IsRefused()
    {
        CreateKey("release", isTrusted: true).Dispose();
        File.Copy(Path.Combine(_fixture.Root, "release.key.pem"), Path.Combine(TrustPath, "release.key.pem"));

        var exception = Assert.Throws<PackageException>(() => TrustStore.Open(TrustPath));
        Assert.Contains("is a private key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenTrustStore_MissingEmptyOrNoKey_IsRefused()
    {
        Assert.Contains(
            "no such folder", Assert.Throws<PackageException>(() => TrustStore.Open(TrustPath)).Message,
            StringComparison.Ordinal);
        Directory.CreateDirectory(TrustPath);
        Assert.Contains(
            "is "
            + "empty", Assert.Throws<PackageException>(() => TrustStore.Open(TrustPath)).Message,
            StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(TrustPath, "note.pem"), "to be done");
        Assert.Contains(
            "note.pem", Assert.Throws<PackageException>(() => TrustStore.Open(TrustPath)).Message,
            StringComparison.Ordinal);
    }

    [OpenSslFact]
    public void Sign_OpenSslVerifiesWhatWeSign_AndWeWhatItSigns()
    {
        _fixture.Write();
        using var key = CreateKey("release", isTrusted: true);
        var signature = key.Sign(_fixture.PackagePath);
        var der = Path.Combine(_fixture.Root, "signature.der");
        File.WriteAllBytes(der, signature.Value);

        Assert.Equal(0, OpenSslFactAttribute.Run(
            "dgst", "-sha256", "-verify", Path.Combine(TrustPath, "release.pub.pem"), "-signature", der,
            _fixture.ManifestPath));

        Assert.Equal(0, OpenSslFactAttribute.Run(
            "dgst", "-sha256", "-sign", Path.Combine(_fixture.Root, "release.key.pem"), "-out", der,
            _fixture.ManifestPath));
        File.WriteAllBytes(SignaturePath, PackageSignature.Format([signature with { Value = File.ReadAllBytes(der) }]));
        Assert.Equal("release.pub.pem", Open().Signer);
    }

    private ModelPackage Open() => ModelPackage.Open(_fixture.PackagePath, TrustStore.Open(TrustPath));

    private SigningKey CreateKey(string name, bool isTrusted)
    {
        Directory.CreateDirectory(TrustPath);
        var path = Path.Combine(_fixture.Root, name);
        var publicPath = (isTrusted ? Path.Combine(TrustPath, name) : path) + ".pub.pem";
        SigningKey.Create(path + ".key.pem", publicPath).Dispose();
        if (!isTrusted && !Directory.EnumerateFiles(TrustPath).Any())
        {
            Directory.Delete(TrustPath);
        }

        return SigningKey.Load(path + ".key.pem");
    }

    private void AssertUntrusted(params string[] expected)
    {
        var exception = Assert.Throws<PackageException>(Open);
        Assert.All(
            expected.Prepend("is not trusted"),
            text => Assert.Contains(text, exception.Message, StringComparison.Ordinal));
    }
}

/// <summary>Runs where the openssl program is.</summary>
internal sealed class OpenSslFactAttribute : FactAttribute
{
    public OpenSslFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("PATH")?.Split(':').Any(
            folder => File.Exists(Path.Combine(folder, "openssl")))
            is not true)
        {
            Skip = "There is no openssl program here.";
        }
    }

    public static int Run(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(60)));
        return process.ExitCode;
    }
}
