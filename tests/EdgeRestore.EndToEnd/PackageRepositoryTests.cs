using EdgeRestore.Client;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.Packages;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Repositories;
using EdgeRestore.TestPackages;
using Grpc.Core;

namespace EdgeRestore.EndToEnd;

/// <summary>What is installed, activated, pinned and trusted, and what a start makes of it.</summary>
public sealed class PackageRepositoryTests : IDisposable
{
    private const int RolledBackAtStartEvent = 31;
    private const int ActivationFileRefusedEvent = 36;

    private readonly PackageTesting _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public async Task InstallFromAFile_ThenActivate_Serves()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)));
        var file = _packages.Folder.Combine("package.tar");
        PackageArchive.Pack(_packages.Write("2.0.0", 10), file);
        await using var daemon = await _packages.StartAsync();
        var packages = daemon.CreateClient().Packages;

        await using (var stream = File.OpenRead(file))
        {
            var status = await packages.InstallAsync(stream);
            Assert.Equal(PackageState.Installed, PackageTesting.StateOf(status, "2.0.0"));
        }

        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal("2.0.0", (await daemon.CreateClient().GetStatusAsync()).Package.Version);

        var removed = await packages.RollBackAsync();
        Assert.Equal("rolled back by an operator", Assert.Single(removed.Refused).Reason);
        removed = await packages.RemoveAsync(PackageTesting.Name, "2.0.0");
        Assert.Equal(["1.0.0"], removed.Packages.Select(installed => installed.Version));
    }

    [Fact]
    public async Task InstallOfSomethingElse_IsRefused()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)));
        await using var daemon = await _packages.StartAsync();

        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => daemon.CreateClient().Packages.InstallAsync(new MemoryStream(new byte[100_000])));

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
        Assert.Contains("cannot be read", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_packages.RepositoryPath, ".incoming")));
    }

    [Fact]
    public async Task Pinned_RefusesOthersUntilUnpinned()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync();
        var packages = daemon.CreateClient().Packages;

        Assert.True((await packages.PinAsync(true)).Pinned);
        var exception = await Assert.ThrowsAsync<DaemonException>(
            () => packages.ActivateAsync(PackageTesting.Name, "2.0.0"));
        Assert.Contains("test 1.0.0 is pinned", exception.Message, StringComparison.Ordinal);

        await packages.PinAsync(false);
        await packages.ActivateAsync(PackageTesting.Name, "2.0.0");
    }

    [Fact]
    public async Task ActivationByFile_IsTakenOver_AndUndoneWhereItCannotBe()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using var daemon = await _packages.StartAsync();
        var client = daemon.CreateClient();
        var path = _packages.OpenRepository().ActivationPath;

        WriteByHand(path, "2.0.0");
        await Patience.UntilAsync(() => client.GetStatusAsync(), status => status.Package.Version == "2.0.0");

        WriteByHand(path, "9.9.9");
        var refused = await Patience.UntilAsync(() => client.Packages.ListAsync(), status => status.Refused.Count > 0);

        Assert.Equal("9.9.9", Assert.Single(refused.Refused).Version);
        Assert.Equal("2.0.0", (await client.GetStatusAsync()).Package.Version);
        Assert.Equal("2.0.0", _packages.OpenRepository().ReadActivation().Active!.Version);
        Assert.Contains(
            "test 9.9.9 was not activated", Assert.Single(daemon.Log.Texts(ActivationFileRefusedEvent)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ActivationByFile_WhileTheDaemonStarts_IsTakenOver()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        var path = _packages.OpenRepository().ActivationPath;

        // The activation has been read by now, and nobody watches the file yet.
        (Restorer Restorer, string Device) Load(ModelPackage package, RestorerOptions options)
        {
            if (package.Manifest.Version == "1.0.0")
            {
                WriteByHand(path, "2.0.0");
            }

            return (Restorer.Load(package, options), "cpu");
        }

        await using var daemon = await RunningDaemon.StartAsync(packages: _packages.Options(), load: Load);

        var client = daemon.CreateClient();
        await Patience.UntilAsync(() => client.GetStatusAsync(), status => status.Package.Version == "2.0.0");
    }

    [Fact]
    public async Task Start_ServesWhatWasActive()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        await using (var daemon = await _packages.StartAsync())
        {
            await daemon.CreateClient().Packages.ActivateAsync(PackageTesting.Name, "2.0.0");
        }

        await using var next = await _packages.StartAsync(_packages.Options(trialFrames: 1));
        Assert.Equal("2.0.0", (await next.CreateClient().GetStatusAsync()).Package.Version);

        // The trial goes on where the last process left it.
        var packages = next.CreateClient().Packages;
        Assert.Equal("2.0.0", (await packages.ListAsync()).Trial.Version);
        await using var stream = await PackageTesting.OpenStreamAsync(next);
        Assert.Equal(10, PackageTesting.LevelsOf(Assert.Single(await stream.ExchangeAsync(Streaming.Paint()))));
        await Patience.UntilAsync(() => packages.ListAsync(), status => status.Trial is null);
    }

    [Fact]
    public async Task Start_OnADamagedVersion_ServesTheOneBefore()
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        var repository = _packages.OpenRepository();
        var (first, second) = (
            new PackageId(PackageTesting.Name, "1.0.0"), new PackageId(PackageTesting.Name, "2.0.0"));
        repository.WriteActivation(new Activation { Active = second, Previous = first });
        File.WriteAllText(
            Path.Combine(_packages.RepositoryPath, PackageTesting.Name, "2.0.0", "weights.bin"), "damaged");

        await using var daemon = await _packages.StartAsync();
        daemon.AnnouncedErrors.Add("test 2.0.0 is not served, test 1.0.0 is");

        Assert.Equal("1.0.0", (await daemon.CreateClient().GetStatusAsync()).Package.Version);
        Assert.Contains(
            "weights.bin", Assert.Single(daemon.Log.Texts(RolledBackAtStartEvent)), StringComparison.Ordinal);
        Assert.Equal(second, Assert.Single(repository.ReadActivation().Refused).Id);
    }

    [Theory]
    [InlineData(2, "2.0.0")]
    [InlineData(3, "1.0.0")]
    public async Task Start_OfAVersionWhoseTrialNeverEnds_GivesItUp(int startCount, string served)
    {
        _packages.Install(("1.0.0", new TestNetwork.Add(2)), ("2.0.0", new TestNetwork.Add(10)));
        var repository = _packages.OpenRepository();
        repository.WriteActivation(new Activation
        {
            Active = new PackageId(PackageTesting.Name, "2.0.0"),
            Previous = new PackageId(PackageTesting.Name, "1.0.0"),
            TrialStartCount = startCount,
        });

        await using var daemon = await _packages.StartAsync();
        daemon.AnnouncedErrors.AddRange(served == "1.0.0" ? ["on trial at 3 starts"] : []);

        Assert.Equal(served, (await daemon.CreateClient().GetStatusAsync()).Package.Version);
        Assert.Equal(served, repository.ReadActivation().Active!.Version);
    }

    [Fact]
    public async Task TrustStore_KeepsUnsignedPackagesOut()
    {
        var trust = Directory.CreateDirectory(_packages.Folder.Combine("trust")).FullName;
        using var key = SigningKey.Create(
            _packages.Folder.Combine("release.key.pem"), Path.Combine(trust, "release.pub.pem"));
        var signed = _packages.Write("1.0.0", 2);
        key.Sign(signed);
        PackageRepository.Open(_packages.RepositoryPath).Install(signed);
        _packages.OpenRepository().WriteActivation(
            new Activation { Active = new PackageId(PackageTesting.Name, "1.0.0") });
        await using var daemon = await _packages.StartAsync(_packages.Options(trust: trust));
        var packages = daemon.CreateClient().Packages;
        Assert.Equal("release.pub.pem", Assert.Single((await packages.ListAsync()).Packages).Signer);

        var file = _packages.Folder.Combine("unsigned.tar");
        PackageArchive.Pack(_packages.Write("2.0.0", 10), file);
        await using var stream = File.OpenRead(file);
        var exception = await Assert.ThrowsAsync<DaemonException>(() => packages.InstallAsync(stream));

        Assert.Contains("is not trusted: found no signature", exception.Message, StringComparison.Ordinal);
        Assert.Single((await packages.ListAsync()).Packages);
    }

    [Fact]
    public async Task TrustStore_KeepsTheStartFromAnUnsignedPackage()
    {
        var trust = Directory.CreateDirectory(_packages.Folder.Combine("trust")).FullName;
        SigningKey.Create(
            _packages.Folder.Combine("release.key.pem"), Path.Combine(trust, "release.pub.pem")).Dispose();

        var (exitCode, _, errors) = await DaemonProcess.RunAsync(
            "--package", _packages.Write("1.0.0", 2), "--trust", trust, "--device", "cpu");

        Assert.Equal(5, exitCode);
        Assert.Contains("is not trusted: found no signature", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoRepository_RefusesEveryCall()
    {
        await using var daemon = await RunningDaemon.StartAsync();

        var exception = await Assert.ThrowsAsync<DaemonException>(() => daemon.CreateClient().Packages.ListAsync());

        Assert.Equal(StatusCode.FailedPrecondition, exception.StatusCode);
        Assert.Contains("--repository", exception.Message, StringComparison.Ordinal);
    }

    private static void WriteByHand(string path, string version)
    {
        var text = $$$"""{"format":1,"active":{"name":"{{{PackageTesting.Name}}}","version":"{{{version}}}"}}""";
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }
}
