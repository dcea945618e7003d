using System.Formats.Tar;
using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Tests.Repositories;

public sealed class PackageRepositoryTests : IDisposable
{
    private static readonly PackageId First = RepositoryFixture.Version("1.0.0");
    private static readonly PackageId Second = RepositoryFixture.Version("2.0.0");

    private readonly RepositoryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Install_FolderOrFile_GivesTheSamePackage()
    {
        var repository = _fixture.Open();
        var folder = _fixture.WritePackage("1.0.0");
        var stored = repository.Install(folder);
        var file = Path.Combine(_fixture.Root, "package.tar");
        PackageArchive.Pack(_fixture.WritePackage("2.0.0"), file);
        repository.Install(file);

        Assert.Equal([First, Second], repository.List().Select(one => one.Id));
        Assert.Equal((First, ModelPackage.Open(folder).Sha256, null), (stored.Id, stored.Sha256, stored.Fault));
        Assert.Equal(ModelPackage.Open(_fixture.WritePackage("2.0.0")).Sha256, repository.OpenPackage(Second).Sha256);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_fixture.RepositoryPath, ".incoming")));
    }

    [Fact]
    public void Install_SameVersionAgain_ChangesNothing_OtherContentIsRefused()
    {
        var repository = _fixture.Open();
        var stored = repository.Install(_fixture.WritePackage("1.0.0"));
        Assert.Equal(stored, repository.Install(_fixture.WritePackage("1.0.0")));

        var manifest = Packages.PackageFixture.Manifest with { Version = "1.0.0" };
        var other = Path.Combine(_fixture.Root, "other");
        PackageWriter.Write(other, manifest, Packages.PackageFixture.Contents);

        var exception = Assert.Throws<PackageException>(() => repository.Install(other));
        Assert.Contains("a new version", exception.Message, StringComparison.Ordinal);
        Assert.Equal(stored.Sha256, repository.OpenPackage(First).Sha256);
    }

    [Fact]
    public void Install_DamagedPackage_LeavesNothing()
    {
        var repository = _fixture.Open();
        var folder = _fixture.WritePackage("1.0.0");
        File.WriteAllBytes(Path.Combine(folder, "weights.bin"), new byte[1000]);

        var exception = Assert.Throws<PackageException>(() => repository.Install(folder));

        Assert.Contains("weights.bin", exception.Message, StringComparison.Ordinal);
        Assert.Empty(repository.List());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_fixture.RepositoryPath, ".incoming")));
    }

    [Fact]
    public void Install_FileLongerThanItSays_StopsAtThatLength()
    {
        var repository = _fixture.Open();
        var folder = _fixture.WritePackage("1.0.0");
        File.AppendAllText(Path.Combine(folder, "weights.bin"), "and more");

        Assert.Contains(
            "more than 1000 bytes",
            Assert.Throws<PackageException>(() => repository.Install(folder)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/tmp/evil")]
    [InlineData("extra.bin")]
    public void Install_ArchiveWithAnotherFile_IsRefused(string name)
    {
        var repository = _fixture.Open();
        var file = Path.Combine(_fixture.Root, "package.tar");
        PackageArchive.Pack(_fixture.WritePackage("1.0.0"), file);
        var entries = ReadEntries(file);
        WriteEntries(file, [.. entries, (name, TarEntryType.RegularFile, [1])]);

        Assert.Contains(
            name, Assert.Throws<PackageException>(() => repository.Install(file)).Message, StringComparison.Ordinal);
        Assert.Empty(repository.List());
    }

    [Fact]
    public void Install_ArchiveOfAnotherForm_IsRefused()
    {
        var repository = _fixture.Open();
        var file = Path.Combine(_fixture.Root, "package.tar");
        PackageArchive.Pack(_fixture.WritePackage("1.0.0"), file);
        var entries = ReadEntries(file);
        var whole = File.ReadAllBytes(file);

        WriteEntries(file, entries[1..]);
        AssertRefused("manifest.json first");
        WriteEntries(file, entries[..^1]);
        AssertRefused("no 'weights.bin'");
        WriteEntries(file, [.. entries[..1], ("weights.bin", TarEntryType.SymbolicLink, "/etc/passwd"u8.ToArray())]);
        AssertRefused("SymbolicLink");
        File.WriteAllBytes(file, [.. Enumerable.Repeat((byte)'x', 2000)]);
        AssertRefused("");
        foreach (var length in new[] { 0, 100, 600, 1500, whole.Length / 2 })
        {
            File.WriteAllBytes(file, whole[..length]);
            AssertRefused("");
        }

        Assert.Empty(repository.List());

        void AssertRefused(string expected) => Assert.Contains(
            expected, Assert.Throws<PackageException>(() => repository.Install(file)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Install_WithATrustStore_TakesSignedPackagesOnlyAndReadsNoFileOfOthers()
    {
        var keys = Directory.CreateDirectory(Path.Combine(_fixture.Root, "trust")).FullName;
        using var key = SigningKey.Create(
            Path.Combine(_fixture.Root, "release.key.pem"), Path.Combine(keys, "release.pub.pem"));
        var operations = new List<DurableOperation>();
        var repository = _fixture.Open(
            new DurableFiles((operation, _) => operations.Add(operation)), TrustStore.Open(keys));
        var folder = _fixture.WritePackage("1.0.0");

        Assert.Contains(
            "is not trusted",
            Assert.Throws<PackageException>(() => repository.Install(folder)).Message,
            StringComparison.Ordinal);
        Assert.Empty(operations);

        key.Sign(folder);
        Assert.Equal("release.pub.pem", repository.Install(folder).Signer);

        // Trust that ends reaches what is installed.
        File.Delete(Path.Combine(keys, "release.pub.pem"));
        SigningKey.Create(Path.Combine(_fixture.Root, "new.key.pem"), Path.Combine(keys, "new.pub.pem")).Dispose();
        var strict = _fixture.Open(trust: TrustStore.Open(keys));
        Assert.Contains("is not trusted", Assert.Single(strict.List()).Fault, StringComparison.Ordinal);
        Assert.Throws<PackageException>(() => strict.OpenPackage(First));
    }

    [Fact]
    public void Install_SignedAnewAfterwards_TakesTheNewSignature()
    {
        var keys = Directory.CreateDirectory(Path.Combine(_fixture.Root, "trust")).FullName;
        var folder = _fixture.WritePackage("1.0.0");
        _fixture.Open().Install(folder);
        using var key = SigningKey.Create(
            Path.Combine(_fixture.Root, "release.key.pem"), Path.Combine(keys, "release.pub.pem"));
        key.Sign(folder);
        _fixture.Open().Install(folder);

        Assert.Equal("release.pub.pem", _fixture.Open(trust: TrustStore.Open(keys)).OpenPackage(First).Signer);
    }

    [Fact]
    public void Remove_VersionInUse_IsRefused_OthersGo()
    {
        var repository = _fixture.Open();
        repository.Install(_fixture.WritePackage("1.0.0"));
        repository.Install(_fixture.WritePackage("2.0.0"));
        repository.Install(_fixture.WritePackage("3.0.0"));
        repository.WriteActivation(new Activation().Activate(First).Activate(Second));

        Assert.Contains("rollback", Refusal(First), StringComparison.Ordinal);
        Assert.Contains("it is active", Refusal(Second), StringComparison.Ordinal);
        repository.Remove(RepositoryFixture.Version("3.0.0"));
        Assert.Equal([First, Second], repository.List().Select(one => one.Id));

        string Refusal(PackageId id) => Assert.Throws<PackageException>(() => repository.Remove(id)).Message;
    }

    [Fact]
    public void Activation_OfAnOperatorsHand_IsRead_OtherTextIsRefused()
    {
        var repository = _fixture.Open();
        Assert.Null(repository.ReadActivation().Active);
        File.WriteAllText(
            repository.ActivationPath, """{"format":1,"active":{"name":"test","version":"2.0.0"}}""");
        Assert.Equal(Second, repository.ReadActivation().Active);

        foreach (var text in new[]
        {
            "", "null", "{", """{"format":2}""", """{"format":1,"active":{"name":"../..","version":"1"}}""",
        })
        {
            File.WriteAllText(repository.ActivationPath, text);
            Assert.Contains(
                repository.ActivationPath,
                Assert.Throws<PackageException>(repository.ReadActivation).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Activation_RollBack_ReturnsAndRemembersWhy()
    {
        var at = DateTimeOffset.UnixEpoch;
        var activation = new Activation().Activate(First).Activate(Second);
        Assert.Equal((Second, First, 0), (activation.Active, activation.Previous, activation.TrialStartCount));

        var back = activation.RollBack("black frames", at);

        Assert.Equal((First, null, null), (back.Active, back.Previous, back.TrialStartCount));
        Assert.Equal(new RefusedVersion(Second, "black frames", at), Assert.Single(back.Refused));
        Assert.Empty(back.Activate(Second).Refused);
    }

    [Fact]
    public void Change_WhileAnotherProcessChanges_IsRefused()
    {
        var repository = _fixture.Open();
        using var hold = new FileStream(
            Path.Combine(_fixture.RepositoryPath, ".lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var exception = Assert.Throws<PackageException>(() => repository.WriteActivation(new Activation()));
        Assert.Contains("no other process", exception.Message, StringComparison.Ordinal);
    }

    private static List<(string Name, TarEntryType Type, byte[] Content)> ReadEntries(string path)
    {
        using var tar = new TarReader(File.OpenRead(path));
        var entries = new List<(string, TarEntryType, byte[])>();
        while (tar.GetNextEntry() is { } entry)
        {
            var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add((entry.Name, entry.EntryType, content.ToArray()));
        }

        return entries;
    }

    private static void WriteEntries(string path, List<(string Name, TarEntryType Type, byte[] Content)> entries)
    {
        using var tar = new TarWriter(File.Create(path), TarEntryFormat.Ustar);
        foreach (var (name, type, content) in entries)
        {
            var entry = new UstarTarEntry(type, name);
            if (type == TarEntryType.SymbolicLink)
            {
                entry.LinkName = System.Text.Encoding.UTF8.GetString(content);
            }
            else
            {
                entry.DataStream = new MemoryStream(content);
            }

            tar.WriteEntry(entry);
        }
    }
}
