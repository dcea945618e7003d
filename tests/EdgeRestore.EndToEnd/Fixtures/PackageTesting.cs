using EdgeRestore.Client;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Degradations;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Repositories;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>
/// A repository, packages that tell their version by what they do to a frame, and streams that run meanwhile.
/// </summary>
internal sealed class PackageTesting : IDisposable
{
    public const string Name = "test";

    /// <summary>What a frame of the tests has everywhere in green, and the golden frame nowhere.</summary>
    public const byte Trap = 254;

    public TemporaryFolder Folder { get; } = new();

    public string RepositoryPath => Folder.Combine("repository");

    public PackageOptions Options(int trialFrames = 300, int trialBadFrames = 2, string? trust = null) => new()
    {
        Repository = RepositoryPath,
        Trust = trust,
        TrialFrames = trialFrames,
        TrialBadFrames = trialBadFrames,
    };

    public PackageRepository OpenRepository() => PackageRepository.Open(RepositoryPath);

    /// <summary>Writes a package whose noise route adds so many levels.</summary>
    public string Write(string version, int levels) => Write(version, new TestNetwork.Add(levels));

    public string Write(string version, TestNetwork noise)
    {
        var path = Folder.Combine($"package-{version}");
        var package = new TestPackage { Name = Name, Version = version };
        (package with { Routes = package.Routes.SetItem(Degradation.Noise, noise) }).Write(path);
        return path;
    }

    /// <summary>Installs versions, and activates the first as a daemon before this one would have.</summary>
    public void Install(params (string Version, TestNetwork Noise)[] versions)
    {
        var repository = OpenRepository();
        foreach (var (version, noise) in versions)
        {
            repository.Install(Write(version, noise));
        }

        repository.WriteActivation(new Activation { Active = new PackageId(Name, versions[0].Version) });
    }

    public Task<RunningDaemon> StartAsync(PackageOptions? options = null, TimeProvider? clock = null) =>
        RunningDaemon.StartAsync(packages: options ?? Options(), clock: clock);

    public void Dispose() => Folder.Dispose();

    /// <summary>A stream of noisy frames; what comes back tells how many levels were added.</summary>
    public static async Task<RestoreStream> OpenStreamAsync(RunningDaemon daemon, int maxFramesInFlight = 4)
    {
        var settings = Streaming.Rgb();
        settings.Fixed = Degradation.Noise.ToWire();
        return await daemon.OpenAsync(settings, maxFramesInFlight);
    }

    /// <summary>Sends one frame and waits for its answer; a stream takes one caller at a time.</summary>
    public static async Task<RestoredFrame> SendOneAsync(RestoreStream stream, IAsyncEnumerator<RestoredFrame> replies)
    {
        await stream.SendAsync(Streaming.Paint()).AsTask().WaitAsync(Patience.Limit);
        Assert.True(await replies.MoveNextAsync().AsTask().WaitAsync(Patience.Limit));
        return replies.Current;
    }

    public static int LevelsOf(RestoredFrame reply) => reply.Payload.Span[TestFrames.BlueOffset];

    public static PackageState StateOf(RepositoryStatus status, string version) =>
        Assert.Single(status.Packages, installed => installed.Version == version).State;
}

/// <summary>A camera that sends as fast as it is answered, until told to stop.</summary>
internal sealed class RunningStream : IAsyncDisposable
{
    private readonly RestoreStream _stream;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<RestoredFrame> _replies = [];
    private readonly Task _running;
    private int _count;

    private RunningStream(RestoreStream stream)
    {
        _stream = stream;
        _running = RunAsync();
    }

    /// <summary>Replies so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public static async Task<RunningStream> StartAsync(RunningDaemon daemon) =>
        new(await PackageTesting.OpenStreamAsync(daemon));

    /// <summary>Waits for so many replies more.</summary>
    public async Task AdvanceAsync(RunningDaemon daemon, int count)
    {
        var goal = Count + count;
        var service = daemon.CreateService();
        await Patience.UntilAsync(
            async () =>
            {
                await service.GetStatusAsync(new GetStatusRequest());
                Assert.False(_running.IsFaulted, _running.Exception?.ToString());
                return Count;
            },
            now => now >= goal);
    }

    /// <summary>Ends the stream; every reply in order.</summary>
    public async Task<IReadOnlyList<RestoredFrame>> StopAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(Patience.Limit);
        return _replies;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _stream.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var receiving = ReceiveAsync();
        while (!_stopping.IsCancellationRequested)
        {
            await _stream.SendAsync(Streaming.Paint());
        }

        await _stream.CompleteAsync();
        await receiving;
    }

    private async Task ReceiveAsync()
    {
        await foreach (var reply in _stream.ReceiveAsync())
        {
            _replies.Add(reply);
            Interlocked.Increment(ref _count);
        }
    }
}
