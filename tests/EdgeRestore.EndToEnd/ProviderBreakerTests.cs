using EdgeRestore.Daemon.Faults;
using EdgeRestore.Degradations;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;

namespace EdgeRestore.EndToEnd;

/// <summary>A device that fails on one frame stays; one that fails again and again is left.</summary>
public sealed class ProviderBreakerTests
{
    private readonly List<string> _opened = [];
    private int _runCount;

    [Fact]
    public void FailsAgainAndAgain_TheDeviceIsLeft()
    {
        var breaker = Create();

        for (var frame = 0; frame < 4; frame++)
        {
            Assert.True(breaker.TryRun(_ => Result(RestoreError.Engine, runs: ++_runCount), 0, out var result));
            Assert.Equal(RestoreError.Engine, result.Error);
        }

        Assert.Equal(4, _runCount);
        Assert.Equal(["run 4"], _opened);
        Assert.False(breaker.TryRun(_ => Result(RestoreError.None), 0, out _));
    }

    [Fact]
    public void FailsOnceInThree_TheDeviceStays()
    {
        var breaker = Create();

        for (var frame = 0; frame < 30; frame++)
        {
            Assert.True(
                breaker.TryRun(_ => Result(++_runCount % 3 == 0 ? RestoreError.Engine : RestoreError.None), 0, out _));
        }

        Assert.Equal((30, 0), (_runCount, _opened.Count));
    }

    [Theory]
    [InlineData(RestoreError.Input, BypassReason.None)]
    [InlineData(RestoreError.None, BypassReason.Clear)]
    public void OtherResults_TheDeviceStays(RestoreError error, BypassReason bypass)
    {
        var breaker = Create();

        for (var frame = 0; frame < 30; frame++)
        {
            Assert.True(breaker.TryRun(_ => Result(error) with { Bypass = bypass }, 0, out _));
        }

        Assert.Empty(_opened);
    }

    private ProviderBreaker Create() => new(new ManualClock(), _opened.Add);

    private static RestoreResult Result(RestoreError error, int runs = 0) => new(
        error, $"run {runs}", Degradation.Noise, BypassReason.None, 1, TimeSpan.Zero, TimeSpan.Zero);
}
