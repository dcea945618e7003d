using EdgeRestore.Degradations;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

public sealed class ConcurrencyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task StreamsAtOnce_EachGetsItsOwnFramesBack(int concurrentRunCount)
    {
        using var loaded = new LoadedPackage(
            options: new RestorerOptions { Device = "cpu", ConcurrentRunCount = concurrentRunCount });
        const int streamCount = 8;

        var streams = Enumerable.Range(1, streamCount).Select(stream => Task.Run(() =>
        {
            var degradation = (Degradation)stream;
            var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(degradation));
            for (var index = 0; index < 40; index++)
            {
                var (result, blue) = loaded.Restore(
                    router, degradation, blue: (byte)(index * 5), width: 32 + stream, height: 48 + (index % 3));
                Assert.Equal(RestoreError.None, result.Error);
                Assert.Equal((index * 5) + TestPackage.LevelsOf(degradation), blue);
            }
        }));

        await Task.WhenAll(streams).WaitAsync(Patience);
    }

    [Fact]
    public async Task DisposeWhileFramesRun_FinishesThemFirst()
    {
        var loaded = new LoadedPackage(TestPackage.Of(new TestNetwork.Slow(4)));
        var router = loaded.Restorer.CreateRouter(LoadedPackage.Fixed(Degradation.Noise));
        loaded.Restore(router, Degradation.Noise);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var frames = Task.Run(() =>
        {
            var count = 0;
            try
            {
                while (true)
                {
                    var (result, blue) = loaded.Restore(router, Degradation.Noise, blue: 42, width: 320, height: 240);
                    Assert.Equal((RestoreError.None, (byte)42), (result.Error, blue));
                    count++;
                    started.TrySetResult();
                }
            }
            catch (ObjectDisposedException)
            {
                return count;
            }
        });
        await started.Task.WaitAsync(Patience);
        loaded.Dispose();

        Assert.True(await frames.WaitAsync(Patience) > 0);
    }
}
