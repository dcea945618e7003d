namespace EdgeRestore.Commands.Tests;

public sealed class ProgressLinesTests
{
    private readonly StringWriter _written = new();
    private readonly SetTime _time = new();

    [Fact]
    public void Show_MoreOftenThanEveryFiveSeconds_ShowsTheFirstAndTheLast()
    {
        var lines = new ProgressLines(_written, "Frames", _time);

        lines.Show(1, 3, "a");
        lines.Show(2, 3, "b");
        lines.Show(3, 3, "c");

        Assert.Equal("Frames: 1 of 3 (a)\nFrames: 3 of 3 (c)\n", _written.ToString());
    }

    [Fact]
    public void Show_AfterFiveSeconds_ShowsHowLongItTakesYet()
    {
        var lines = new ProgressLines(_written, time: _time);
        lines.Begin(30);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        lines.Show(1, 30, "a");
        _time.Advance(TimeSpan.FromSeconds(0.1));
        lines.Show(2, 30, "b", TimeSpan.FromMinutes(14));

        Assert.Equal("30 to do\n2 of 30 (b, about 14 min left)\n", _written.ToString());
    }

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(89, "89 s")]
    [InlineData(90, "2 min")]
    [InlineData(5400, "1.5 h")]
    public void Format_Time_TakesTheUnitThatFits(double seconds, string expected) =>
        Assert.Equal(expected, ProgressLines.Format(TimeSpan.FromSeconds(seconds)));

    private sealed class SetTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;
    }
}
