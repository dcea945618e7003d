using EdgeRestore.Packages;
using EdgeRestore.Repositories;

namespace EdgeRestore.Tests.Repositories;

/// <summary>
/// An installation and activation that stops before any of its operations leaves exactly the old version or the new
/// one.
/// </summary>
public sealed class InterruptedInstallationTests : IDisposable
{
    private static readonly PackageId Old = RepositoryFixture.Version("1.0.0");
    private static readonly PackageId New = RepositoryFixture.Version("2.0.0");

    private readonly RepositoryFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Stop_AtEveryOperation_LeavesTheOldOrTheNewVersion()
    {
        var log = RunUntil(int.MaxValue, new DiskModel());
        Assert.Equal(New, Check());
        Assert.All(
            Enum.GetValues<DurableOperation>().Except([DurableOperation.Delete]),
            operation => Assert.Contains(log.Operations, done => done.Operation == operation));

        var outcomes = new List<PackageId>();
        for (var operation = 0; operation < log.Operations.Count; operation++)
        {
            RunUntil(operation, new DiskModel());
            outcomes.Add(Check());
            Finish();
        }

        // Old up to one operation, new from it on.
        Assert.Equal(outcomes.OrderBy(outcome => outcome == New), outcomes);
        Assert.Equal([Old, New], outcomes.Distinct());
    }

    [Fact]
    public void PowerCut_AtEveryOperation_LeavesTheOldOrTheNewVersion()
    {
        var count = RunUntil(int.MaxValue, new DiskModel()).Operations.Count;
        for (var operation = 0; operation <= count; operation++)
        {
            RunUntil(operation, new DiskModel()).CutPower(_fixture.RepositoryPath);
            var outcome = Check();
            Assert.True(operation < count || outcome == New, "What has returned stays.");
            Finish();
        }
    }

    [Fact]
    public void PowerCut_AfterTheFirstInstallation_LeavesIt()
    {
        // The family's folder is new, and no activation follows that would flush the one that it is in.
        var disk = new DiskModel { StopBefore = int.MaxValue };
        var installed = _fixture.Open(new DurableFiles(disk.Observe)).Install(_fixture.WritePackage("1.0.0"));

        disk.CutPower(_fixture.RepositoryPath);

        var repository = _fixture.Open();
        Assert.Equal(installed.Id, Assert.Single(repository.List()).Id);
        Assert.Equal(installed.Sha256, repository.OpenPackage(installed.Id).Sha256);
    }

    [Fact]
    public void PowerCut_WithoutFlushes_IsNoticed()
    {
        var count = RunUntil(int.MaxValue, new DiskModel()).Operations.Count;

        RunUntil(count, new DiskModel { IgnoresFlushes = true }).CutPower(_fixture.RepositoryPath);

        Assert.ThrowsAny<Exception>(() => Assert.Equal(New, Check()));
    }

    [Fact]
    public void Kill_OfTheProcess_LeavesTheOldOrTheNewVersion()
    {
        var log = RunUntil(int.MaxValue, new DiskModel());
        var operations = log.Operations.ToList();
        var lastFile = operations.FindLastIndex(done => done.Operation == DurableOperation.FlushFile);
        int[] chosen =
        [
            0,
            operations.FindIndex(done => done.Operation == DurableOperation.Write),
            operations.FindIndex(done => done.Operation == DurableOperation.Rename),
            operations.FindIndex(done => done.Operation == DurableOperation.Rename) + 1,
            lastFile,
            operations.FindLastIndex(done => done.Operation == DurableOperation.Rename),
            operations.Count - 1,
        ];
        foreach (var operation in chosen)
        {
            Prepare();
            Assert.Equal(
                KilledInstallation.KilledExitCode,
                KilledInstallation.Run(_fixture.RepositoryPath, _fixture.WritePackage("2.0.0"), "2.0.0", operation));
            Assert.Equal(operation == operations.Count - 1 ? New : Old, Check());
        }

        Assert.Equal(
            0, KilledInstallation.Run(_fixture.RepositoryPath, _fixture.WritePackage("2.0.0"), "2.0.0", -1));
        Assert.Equal(New, Check());
    }

    private DiskModel RunUntil(int operation, DiskModel disk)
    {
        Prepare();
        disk.StopBefore = operation;
        disk.ActivationBefore = File.ReadAllBytes(_fixture.Open().ActivationPath);
        var repository = _fixture.Open(new DurableFiles(disk.Observe));
        try
        {
            repository.Install(_fixture.WritePackage("2.0.0"));
            repository.WriteActivation(repository.ReadActivation().Activate(New));
        }
        catch (DiskModel.StoppedException)
        {
        }

        return disk;
    }

    /// <summary>A repository that serves the old version.</summary>
    private void Prepare()
    {
        if (Directory.Exists(_fixture.RepositoryPath))
        {
            Directory.Delete(_fixture.RepositoryPath, recursive: true);
        }

        var repository = _fixture.Open();
        repository.Install(_fixture.WritePackage("1.0.0"));
        repository.WriteActivation(new Activation().Activate(Old));
    }

    /// <summary>What a start finds: everything installed is whole, what is active is installed, nothing else is
    /// left.</summary>
    private PackageId Check()
    {
        var repository = _fixture.Open();
        Assert.All(repository.List(), stored => repository.OpenPackage(stored.Id));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_fixture.RepositoryPath, ".incoming")));
        Assert.Empty(Directory.EnumerateFiles(_fixture.RepositoryPath, "*.partial"));
        var active = repository.ReadActivation().Active!;
        Assert.Equal(active, repository.OpenPackage(active).Manifest is var manifest
            ? new PackageId(manifest.Name, manifest.Version) : null);
        Assert.Contains(Old, repository.List().Select(stored => stored.Id));
        return active;
    }

    /// <summary>What was interrupted can be done again.</summary>
    private void Finish()
    {
        var repository = _fixture.Open();
        repository.Install(_fixture.WritePackage("2.0.0"));
        repository.WriteActivation(repository.ReadActivation().Activate(New));
        Assert.Equal(New, Check());
    }

    /// <summary>Counts operations, stops before one, and knows what a power cut would take away.</summary>
    private sealed class DiskModel
    {
        public List<(DurableOperation Operation, string Path)> Operations { get; } = [];

        public int StopBefore { get; set; }

        public byte[] ActivationBefore { get; set; } = [];

        public bool IgnoresFlushes { get; init; }

        public void Observe(DurableOperation operation, string path)
        {
            if (Operations.Count == StopBefore)
            {
                throw new StoppedException();
            }

            Operations.Add((operation, path));
        }

        /// <summary>Takes back what was not flushed: bytes of files, names in folders.</summary>
        public void CutPower(string repository)
        {
            for (var index = Operations.Count - 1; index >= 0; index--)
            {
                var (operation, path) = Operations[index];
                switch (operation)
                {
                    case DurableOperation.Rename when !IsFlushedAfter(
                        index, DurableOperation.FlushFolder, Parent(path)):
                        if (Path.GetFileName(path) == Activation.FileName)
                        {
                            File.WriteAllBytes(path, ActivationBefore);
                        }
                        else
                        {
                            Directory.Delete(path, recursive: true);
                        }

                        break;
                    case DurableOperation.CreateFile when !IsFlushedAfter(index, DurableOperation.FlushFile, path):
                        Everywhere(repository, path, place => File.WriteAllBytes(place, []));
                        break;
                    case DurableOperation.CreateFile
                        when !IsFlushedAfter(index, DurableOperation.FlushFolder, Parent(path)):
                        Everywhere(repository, path, File.Delete);
                        break;
                    case DurableOperation.CreateFolder
                        when !path.Contains("/.incoming/", StringComparison.Ordinal)
                        && !IsFlushedAfter(index, DurableOperation.FlushFolder, Parent(path))
                        && Directory.Exists(path):
                        Directory.Delete(path, recursive: true);
                        break;
                    default:
                        break;
                }
            }
        }

        private static string Parent(string path) => Path.GetDirectoryName(path)!;

        private bool IsFlushedAfter(int index, DurableOperation flush, string path) => !IgnoresFlushes
            && Operations.Skip(index + 1).Any(done => done.Operation == flush && done.Path == path);

        // Where the file is now: in the folder that it was written to, or in the one that this was renamed to.
        private void Everywhere(string repository, string path, Action<string> lose)
        {
            var places = Operations.Where(done => done.Operation == DurableOperation.Rename)
                .Select(done => Path.Combine(done.Path, Path.GetRelativePath(IncomingOf(path), path))).Prepend(path);
            foreach (var place in places.Where(place => place.StartsWith(repository, StringComparison.Ordinal)))
            {
                if (File.Exists(place))
                {
                    lose(place);
                }
            }
        }

        // The installation's own folder: repository/.incoming/GUID.
        private static string IncomingOf(string path)
        {
            var folder = Parent(path);
            while (Path.GetFileName(Parent(folder)) is { Length: > 0 } name && name != ".incoming")
            {
                folder = Parent(folder);
            }

            return folder;
        }

        public sealed class StoppedException : Exception;
    }
}
