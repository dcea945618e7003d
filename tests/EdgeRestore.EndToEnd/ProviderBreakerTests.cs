using EdgeRestore.Daemon.Faults;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;

namespace EdgeRestore.EndToEnd;

/// <summary>What a device stumbles over once is run again; what it fails on again and again makes it left.</summary>
public sealed class ProviderBreakerTests
{
    private readonly List<string> _opened = [];
    private int _retryCount;
    private int _runCount;

    [Fact]
    public void FailsOnce_IsRunAgainAndDoesNotCount()
    {
        var breaker = Create();

        // Ten frames, each of which fails at first.
        for (var frame = 0; frame < 10; frame++)
        {
            Assert.True(breaker.TryRun(_ => Result(_runCount++ % 2 == 0 ? RestoreError.Engine : RestoreError.None), 0, out var result));
            Assert.Equal(RestoreError.None, result.Error);
        }

        Assert.Equal((20, 10, 0), (_runCount, _retryCount, _opened.Count));
    }

    [Fact]
    public void FailsAgainAndAgain_IsRunTwiceAndTheDeviceIsLeft()
    {
        var breaker = Create();

        for (var frame = 0; frame < 4; frame++)
        {
            Assert.True(breaker.TryRun(_ => Result(RestoreError.Engine, runs: ++_runCount), 0, out var result));
            Assert.Equal(RestoreError.Engine, result.Error);
        }

        Assert.Equal((8, 4), (_runCount, _retryCount));
        Assert.Equal(["run 8"], _opened);
        Assert.False(breaker.TryRun(_ => Result(RestoreError.None), 0, out _));
    }

    [Theory]
    [InlineData(RestoreError.Input)]
    [InlineData(RestoreError.None)]
    public void OtherResults_AreNotRunAgain(RestoreError error)
    {
        var breaker = Create();

        breaker.TryRun(_ => Result(error, runs: ++_runCount) with { Bypass = BypassReason.BadOutput }, 0, out _);

        Assert.Equal((1, 0), (_runCount, _retryCount));
    }

    private ProviderBreaker Create() => new(new ManualClock(), _opened.Add, () => _retryCount++);

    private static RestoreResult Result(RestoreError error, int runs = 0) => new(
        error, $"run {runs}", Degradation.Noise, BypassReason.None, 1, TimeSpan.Zero, TimeSpan.Zero);
}
