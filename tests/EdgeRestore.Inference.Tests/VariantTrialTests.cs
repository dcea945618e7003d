using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.TestPackages;
using Microsoft.ML.OnnxRuntime;

namespace EdgeRestore.Inference.Tests;

/// <summary>Two forms run in turns until it is clear which is faster, or the time is over.</summary>
public sealed class VariantTrialTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("edgerestore-trial-").FullName;
    private readonly List<Engine> _engines = [];

    public void Dispose()
    {
        _engines.ForEach(engine => engine.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_TimeIsThere_GivesEnoughPairsForAVerdict(bool isCpu)
    {
        // By the processor's clock, and by the wall's as with a device; the engines run on the CPU either way.
        var trial = Create(step: TimeSpan.Zero);

        var pairs = trial.Run(Build(new TestNetwork.Add(2), isCpu), Build(new TestNetwork.Add(3), isCpu));

        Assert.InRange(pairs.Count, 5, 9);
        Assert.All(pairs, pair => Assert.True(pair is { Own: > 0, Form: > 0 }, $"{pair}"));
    }

    [Fact]
    public void Run_FirstRunsTakeAllTheTime_GivesNoPair()
    {
        var trial = Create(step: TimeSpan.FromSeconds(1));

        Assert.Empty(trial.Run(Build(new TestNetwork.Add(2)), Build(new TestNetwork.Add(3))));
    }

    [Fact]
    public void Run_TimeIsOverMeanwhile_GivesThePairsUntilThen()
    {
        // Asked before each pair.
        var trial = Create(step: TimeSpan.FromMilliseconds(100));

        Assert.Equal(3, trial.Run(Build(new TestNetwork.Add(2)), Build(new TestNetwork.Add(3))).Count);
    }

    [Fact]
    public void Run_FormGivesNaN_IsRefused()
    {
        // A level that the trial's frame has.
        var form = Build(new TestNetwork.NotANumberAt(Level: 100));

        var refused = Assert.Throws<EngineException>(
            () => Create(TimeSpan.Zero).Run(Build(new TestNetwork.Add(2)), form));

        Assert.Contains("not finite", refused.Message, StringComparison.Ordinal);
    }

    private static VariantTrial Create(TimeSpan step)
    {
        OnnxRuntimeLibrary.Load(null);
        return new VariantTrial(minSidePixels: 16, encoder: null, new SteppingClock(step));
    }

    private Engine Build(TestNetwork network, bool isCpu = true)
    {
        var package = TestPackage.Of(network).Write(Path.Combine(_folder, $"{_engines.Count}"));
        var file = $"{Degradation.Noise.ToFileName()}.onnx";
        var name = new EngineName("", file, "", "cpu", "");
        var engine = isCpu
            ? Engine.Build(name, package.GetPath(file), ExecutionProvider.Cpu, threads: 1)
            : new Engine(name, new InferenceSession(package.GetPath(file)));
        _engines.Add(engine);
        return engine;
    }

    /// <summary>Goes on by a step each time that it is asked.</summary>
    private sealed class SteppingClock(TimeSpan step) : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks += step.Ticks;
    }
}
