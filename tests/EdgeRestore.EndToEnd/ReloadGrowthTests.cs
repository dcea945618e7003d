using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol;
using EdgeRestore.Repositories;
using EdgeRestore.TestPackages;
using Xunit.Abstractions;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd;

/// <summary>Reloading costs no memory that lasts: nothing of a version that was retired stays.</summary>
public sealed class ReloadGrowthTests(ITestOutputHelper output) : IDisposable
{
    // Both versions have been loaded a few times and the pools have their sizes.
    private const int WarmUpCount = 10;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task ThirtyReloads_GrowBySixteenMegabytesAtMost() =>
        ReloadAsync(30, isOneGraph: true, maxGrowthBytes: 16 << 20);

    [Fact]
    [Trait("Category", "Long")]
    public Task ThousandReloads_GrowByTwentyMegabytesAtMost() =>
        ReloadAsync(1000, isOneGraph: false, maxGrowthBytes: 20 << 20);

    private async Task ReloadAsync(int count, bool isOneGraph, long maxGrowthBytes)
    {
        var path = _folder.Combine("repository");
        var repository = PackageRepository.Open(path);
        string[] versions = ["1.0.0", "2.0.0"];
        foreach (var version in versions)
        {
            var package = _folder.Combine(version);
            new TestPackage { Name = PackageTesting.Name, Version = version, IsOneGraph = isOneGraph }.Write(package);
            repository.Install(package);
        }

        repository.WriteActivation(new Activation { Active = new PackageId(PackageTesting.Name, versions[0]) });
        await using var daemon = await DaemonProcess.StartAsync(
            _folder.Combine(versions[0]), "--repository", path, "--trial-frames", "1", "--threads", "1");
        using var client = new RestoreClient(daemon.Address);
        var settings = Streaming.Rgb();
        settings.Fixed = Degradation.Noise.ToWire();
        await using var stream = await client.OpenAsync(settings);
        await using var replies = stream.ReceiveAsync().GetAsyncEnumerator();
        var before = 0L;
        for (var index = 1; index <= WarmUpCount + count; index++)
        {
            await client.Packages.ActivateAsync(PackageTesting.Name, versions[index % 2]).WaitAsync(Patience.Limit);
            Assert.Equal(RestoreError.None, (await PackageTesting.SendOneAsync(stream, replies)).Error);
            await Patience.UntilAsync(() => client.Packages.ListAsync(), status => status.Trial is null);
            if (index == WarmUpCount)
            {
                before = daemon.ResidentBytes;
            }
        }

        var growth = daemon.ResidentBytes - before;
        var found = $"{count} reloads grew the process by {growth / 1e6:F1} MB, from {before / 1e6:F1} MB; allowed are "
            + $"{maxGrowthBytes / 1e6:F1} MB.";
        output.WriteLine(found);
        Assert.True(growth <= maxGrowthBytes, found);
    }
}
