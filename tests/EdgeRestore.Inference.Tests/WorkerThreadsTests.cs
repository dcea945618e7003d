using System.Runtime.Versioning;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>The processor time of an engine's runs, in a process whose other threads compute as well.</summary>
[SupportedOSPlatform("linux")]
public sealed class WorkerThreadsTests : IDisposable
{
    // Far more than a thread needs to wait for another one.
    private static readonly TimeSpan OtherWork = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-workers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Count_OfEnginesSideBySide_IsTheirOwn(int threads)
    {
        using var engine = Build(threads);
        using var other = Build(4);

        Assert.Equal((threads - 1, 3), (engine.Workers!.Count, other.Workers!.Count));
    }

    [Fact]
    public void Open_GivesTheCallerItsNameBack()
    {
        var before = File.ReadAllText("/proc/thread-self/comm");

        var (name, _) = WorkerThreads.Open(() => File.ReadAllText("/proc/thread-self/comm"));

        Assert.StartsWith("engine ", name, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText("/proc/thread-self/comm"));
    }

    [Fact]
    public void ReadTime_OthersComputeMeanwhile_IsNotIn()
    {
        using var engine = Build(3);
        var workers = engine.Workers!;
        var (process, own) = (Environment.CpuUsage.TotalTime, workers.ReadTime());

        // As a stream that is served while a package is tried.
        var other = new Thread(() => Compute(OtherWork));
        other.Start();
        Assert.True(other.Join(Patience));

        Assert.InRange(Environment.CpuUsage.TotalTime - process, OtherWork, TimeSpan.MaxValue);
        Assert.InRange(workers.ReadTime() - own, TimeSpan.Zero, OtherWork / 2);
    }

    [Fact]
    public void ReadTime_CallerComputes_IsIn()
    {
        using var engine = Build(1);
        var before = engine.Workers!.ReadTime();

        Compute(OtherWork);

        Assert.InRange(engine.Workers.ReadTime() - before, OtherWork, TimeSpan.MaxValue);
    }

    [Fact]
    public void ReadTime_WorkersCompute_IsIn()
    {
        using var engine = Build(3);
        using var single = Build(1);
        using var input = TestFrames.Create(256, 256, Degradation.Noise);
        using var output = Frame.Rent(256, 256, PixelFormat.Rgb24);
        using var slot = new EngineSlot();
        var before = ReadWorkers();
        using var limit = new CancellationTokenSource(Patience);
        while (ReadWorkers() - before < OtherWork / 10)
        {
            Assert.False(limit.IsCancellationRequested);
            var runs = new Thread(() => slot.Run(engine, input, output, strength: 1));
            runs.Start();
            runs.Join();
        }

        // What this thread itself takes is in both.
        TimeSpan ReadWorkers() => engine.Workers!.ReadTime() - single.Workers!.ReadTime();
    }

    private static void Compute(TimeSpan time)
    {
        // Without threads of its own it reads the caller's time.
        var (_, own) = WorkerThreads.Open(() => 0);
        var start = own.ReadTime();
        while (own.ReadTime() - start < time)
        {
        }
    }

    private Engine Build(int threads)
    {
        OnnxRuntimeLibrary.Load(null);
        var package = TestPackage.Of(new TestNetwork.Slow(8))
            .Write(Path.Combine(_folder, Guid.NewGuid().ToString("N")));
        var file = $"{Degradation.Noise.ToFileName()}.onnx";
        return Engine.Build(
            new EngineName("", file, "", "cpu", ""), package.GetPath(file), ExecutionProvider.Cpu, threads);
    }
}
