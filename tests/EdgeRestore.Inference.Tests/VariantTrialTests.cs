using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.TestPackages;

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
    [InlineData("cpu")]
    [InlineData("cuda")]
    public void Run_TimeIsThere_GivesEnoughPairsForAVerdict(string provider)
    {
        // By the processor's clock and by the wall's; the engines themselves run on the CPU either way.
        var trial = Create(step: TimeSpan.Zero, provider == "cpu" ? ExecutionProvider.Cpu : ExecutionProvider.Cuda);

        var pairs = trial.Run(Build(new TestNetwork.Add(2)), Build(new TestNetwork.Add(3)));

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

        var refused = Assert.Throws<EngineException>(() => Create(TimeSpan.Zero).Run(Build(new TestNetwork.Add(2)), form));

        Assert.Contains("not finite", refused.Message, StringComparison.Ordinal);
    }

    private static VariantTrial Create(TimeSpan step, ExecutionProvider provider = ExecutionProvider.Cpu)
    {
        OnnxRuntimeLibrary.Load(null);
        return new VariantTrial(provider, minSidePixels: 16, encoder: null, new SteppingClock(step));
    }

    private Engine Build(TestNetwork network)
    {
        var package = TestPackage.Of(network).Write(Path.Combine(_folder, $"{_engines.Count}"));
        var file = $"{Degradation.Noise.ToFileName()}.onnx";
        var engine = Engine.Build(
            new EngineName("", file, "", "cpu", ""), package.GetPath(file), ExecutionProvider.Cpu, threads: 1);
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
