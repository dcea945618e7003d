using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

public sealed class StreamRouterTests : IDisposable
{
    private readonly LoadedPackage _loaded = new();

    public void Dispose() => _loaded.Dispose();

    [Fact]
    public void Restore_FirstFrame_TakesItsRouteAtOnceAtFullStrength()
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions());

        Assert.Equal(TestPackage.LevelsOf(Degradation.Haze), _loaded.Restore(router, Degradation.Haze).Blue);
    }

    [Fact]
    public void Restore_SteadyStream_ClassifiesEveryEighthFrame()
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions());

        var classified = Enumerable.Range(0, 24)
            .Where(_ => _loaded.Restore(router, Degradation.Haze).Result.Classify > TimeSpan.Zero)
            .Count();

        Assert.Equal(3, classified);
    }

    [Fact]
    public void Restore_OneOddClassification_KeepsTheRoute()
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 1, Smoothing = 1 });
        for (var index = 0; index < 5; index++)
        {
            _loaded.Restore(router, Degradation.Haze);
        }

        var routes = new[] { Degradation.Snow, Degradation.Snow, Degradation.Haze, Degradation.Snow, Degradation.Haze }
            .Select(degradation => _loaded.Restore(router, degradation).Result.Route);

        Assert.All(routes, route => Assert.Equal(Degradation.Haze, route));
    }

    [Fact]
    public void Restore_ChangeThatLasts_SwitchesAfterTheHysteresisWithACrossFade()
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 4, Smoothing = 1 });
        for (var index = 0; index < 4; index++)
        {
            _loaded.Restore(router, Degradation.Noise);
        }

        var frames = Enumerable.Range(0, 9).Select(_ => _loaded.Restore(router, Degradation.HazeSnow)).ToArray();

        // Three classifications in a row, one a frame while the switch is pending; then 1/5, 2/5, ... of the new route.
        var (old, fresh) = (TestPackage.LevelsOf(Degradation.Noise), TestPackage.LevelsOf(Degradation.HazeSnow));
        Assert.Equal(
            [
                old, old, old + ((fresh - old) / 5.0), old + ((fresh - old) * 2 / 5.0), old + ((fresh - old) * 3 / 5.0),
                old + ((fresh - old) * 4 / 5.0), fresh, fresh, fresh,
            ],
            frames.Select(frame => (double)frame.Blue),
            (expected, found) => Math.Abs(expected - found) <= 0.6);
        Assert.Equal(
            [Degradation.Noise, Degradation.Noise, Degradation.HazeSnow],
            frames.Take(3).Select(frame => frame.Result.Route));
        Assert.Equal(
            [true, true, true, false, false, false, true, false, false],
            frames.Select(frame => frame.Result.Classify > TimeSpan.Zero));
    }

    [Fact]
    public void Restore_StreamClearsUp_FadesOutThenPassesThrough()
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.Add(50)));
        var router = loaded.Restorer.CreateRouter(
            new RoutingOptions { ClassifyEveryFrames = 1, Smoothing = 1, HysteresisCount = 1 });
        loaded.Restore(router, Degradation.Noise);

        var frames = Enumerable.Range(0, 6).Select(_ => loaded.Restore(router, Degradation.Clear)).ToArray();

        Assert.Equal([40, 30, 20, 10, 0, 0], frames.Select(frame => (int)frame.Blue));
        Assert.Equal([false, false, false, false, true, true], frames.Select(frame => frame.Result.Bypassed));
    }

    [Fact]
    public void Restore_StreamDegrades_FadesIn()
    {
        using var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.Add(50)));
        var router = loaded.Restorer.CreateRouter(
            new RoutingOptions { ClassifyEveryFrames = 1, Smoothing = 1, HysteresisCount = 1 });
        loaded.Restore(router, Degradation.Clear);

        var frames = Enumerable.Range(0, 6).Select(_ => loaded.Restore(router, Degradation.Noise)).ToArray();

        Assert.Equal([10, 20, 30, 40, 50, 50], frames.Select(frame => (int)frame.Blue));
    }

    [Fact]
    public void Restore_Smoothing_AveragesConfidenceOverTime()
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 1 });
        _loaded.Restore(router, Degradation.Haze);

        var (result, _) = _loaded.Restore(router, Degradation.Snow);

        Assert.Equal(Degradation.Haze, result.Route);
        Assert.InRange(result.Confidence, 0.49f, 0.51f);
    }

    [Fact]
    public void Restore_DegradationThatIsNotAllowed_PassesThrough()
    {
        var router = _loaded.Restorer.CreateRouter(
            new RoutingOptions { Allowed = new HashSet<Degradation> { Degradation.Noise, Degradation.Rain } });

        var (forbidden, blue) = _loaded.Restore(router, Degradation.Haze, blue: 5);

        Assert.True(forbidden.Bypassed);
        Assert.Equal(5, blue);
        Assert.False(_loaded.Restore(NewRouter(), Degradation.Rain).Result.Bypassed);

        StreamRouter NewRouter() => _loaded.Restorer.CreateRouter(
            new RoutingOptions { Allowed = new HashSet<Degradation> { Degradation.Noise, Degradation.Rain } });
    }

    [Fact]
    public void Restore_DegradationWithoutARoute_PassesThrough()
    {
        using var loaded = new LoadedPackage(new TestPackage
        {
            Routes = new TestPackage().Routes.Remove(Degradation.Haze),
        });
        var router = loaded.Restorer.CreateRouter(new RoutingOptions());

        Assert.True(loaded.Restore(router, Degradation.Haze).Result.Bypassed);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0.999999, true)]
    [InlineData(0.5, false)]
    public void Restore_Threshold_DecidesWhatPassesThrough(double? threshold, bool passes)
    {
        var router = _loaded.Restorer.CreateRouter(new RoutingOptions { Threshold = threshold });

        // The neighbours' share of the test classifier's answer is exp(-20), which rounds the largest to just 1.
        var (result, _) = _loaded.Restore(router, Degradation.Haze, isCertain: threshold != 0.999999);

        Assert.Equal(passes, result.Bypassed);
    }

    [Theory]
    [InlineData(-9, true)]
    [InlineData(-8, false)]
    public void Restore_RouteThatMayLoseAThirdOfWhatItGains_PassesThrough(double onSnow, bool passes)
    {
        // Haze and snow are equally likely after the second frame: 25 dB are to be gained, or onSnow lost, which
        // counts three times.
        using var loaded = new LoadedPackage(new TestPackage
        {
            Threshold = 0,
            PsnrChange = (_, given) => given == Degradation.Snow ? onSnow : 25,
        });
        var router = loaded.Restorer.CreateRouter(
            new RoutingOptions { ClassifyEveryFrames = 1, HysteresisCount = 1, CrossFadeFrameCount = 0 });
        Assert.False(loaded.Restore(router, Degradation.Haze).Result.Bypassed);

        var (result, _) = loaded.Restore(router, Degradation.Snow);

        Assert.Equal((Degradation.Haze, passes), (result.Route, result.Bypassed));
    }

    [Theory]
    [InlineData(1, 0.077, 1)]
    [InlineData(5, 0.815, 1)]
    public void Restore_FrameWhoseViewsDiffer_FirstFrameIsTheirMeanThenOneByOne(
        int firstViewCount, double first, double second)
    {
        // The test classifier is sure of haze where patches are green: in the corners of the quadrants, not in the
        // middle.
        using var input = TestFrames.Create(768, 768, Degradation.Haze);
        using var output = Frame.Rent(768, 768, PixelFormat.Rgb24);
        for (var y = 144; y < 768; y += 384)
        {
            for (var offset = 1 + (y * 768 * 3); offset < (y + 96) * 768 * 3; offset += 3)
            {
                input.Pixels[offset] = 0;
            }
        }

        var router = _loaded.Restorer.CreateRouter(
            new RoutingOptions { FirstViewCount = firstViewCount, ClassifyEveryFrames = 1, Smoothing = 1 });

        var confidences = new[] { first, second }
            .Select(_ => _loaded.Restorer.Restore(input, output, router, 1, CancellationToken.None).Confidence)
            .ToArray();

        Assert.Equal(first, confidences[0], 0.01);
        Assert.Equal(second, confidences[1], 0.01);
    }

    [Fact]
    public void CreateRouter_RouteThatThePackageLacks_IsRefusedWithTheChoice()
    {
        using var loaded = new LoadedPackage(new TestPackage
        {
            Routes = new TestPackage().Routes.RemoveRange([Degradation.Haze, Degradation.HazeSnow]),
        });

        foreach (var options in new[]
        {
            LoadedPackage.Fixed(Degradation.Haze),
            new RoutingOptions { Allowed = new HashSet<Degradation> { Degradation.Noise, Degradation.Haze } },
        })
        {
            var exception = Assert.Throws<ArgumentException>(() => loaded.Restorer.CreateRouter(options));
            Assert.StartsWith(
                "Route 'haze' is not in package test 1.0.0, which has noise, rain, snow,", exception.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void CreateRouter_NumbersOutOfRange_AreRefused()
    {
        foreach (var options in new[]
        {
            new RoutingOptions { Threshold = double.NaN }, new RoutingOptions { Threshold = -0.1 },
            new RoutingOptions { ClassifyEveryFrames = 0 }, new RoutingOptions { HysteresisCount = 0 },
            new RoutingOptions { CrossFadeFrameCount = -1 }, new RoutingOptions { Smoothing = 0 },
            new RoutingOptions { FirstViewCount = 0 }, new RoutingOptions { FirstViewCount = 6 },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => _loaded.Restorer.CreateRouter(options));
        }
    }
}
