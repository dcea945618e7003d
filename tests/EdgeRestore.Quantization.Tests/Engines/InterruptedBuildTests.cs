using EdgeRestore.Inference.Caching;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Engines;

namespace EdgeRestore.Quantization.Tests.Engines;

/// <summary>A build that stops before any of its operations on the disk leaves no engine, or a whole one.</summary>
public sealed class InterruptedBuildTests : IDisposable
{
    private readonly EngineFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Kill_AtEveryOperation_LeavesNoEngineOrAWholeOne(bool replaces)
    {
        var operationCount = await CountAsync(replaces);
        Assert.InRange(operationCount, 10, 100);

        var readyCount = 0;
        for (var operation = 0; operation < operationCount; operation++)
        {
            await PrepareAsync(replaces);
            var performed = 0;
            var files = new DurableFiles((_, _) => Stop(performed++ == operation));
            await Assert.ThrowsAsync<KilledException>(
                () => _fixture.BuildAsync(new FakeBackend(), cache: _fixture.CacheOver(files)));

            // Under its name there is nothing, the damaged engine that was there, or the new one: never half of it.
            var found = _fixture.Cache.Find(_fixture.KeyOf());
            var isReady = found is { State: EngineState.Ready };
            Assert.True(
                found is null || isReady || replaces, $"Operation {operation} left {found?.State}: {found?.Reason}");
            readyCount += isReady ? 1 : 0;

            var outcome = await _fixture.BuildAsync(new FakeBackend());
            Assert.Equal(isReady ? BuildResult.Found : BuildResult.Built, outcome.Result);
            Assert.Equal(EngineState.Ready, _fixture.Cache.Find(_fixture.KeyOf())!.State);
            Assert.True(isReady || _fixture.IsTidy, $"After operation {operation} something is left.");
        }

        Assert.InRange(readyCount, 1, operationCount / 2);
    }

    [Fact]
    public async Task DiskFull_AtEveryOperation_LeavesNothingBehindAndSaysSo()
    {
        var operationCount = await CountAsync(replaces: false);
        var refusedCount = 0;
        for (var operation = 0; operation < operationCount; operation++)
        {
            await PrepareAsync(replaces: false);
            var (performed, failed) = (0, false);

            // Deleting and what is already there work on a full disk.
            var files = new DurableFiles((kind, path) =>
            {
                if (performed++ >= operation
                    && kind is DurableOperation.Write or DurableOperation.CreateFile or DurableOperation.CreateFolder
                    && !Directory.Exists(path))
                {
                    failed = true;
                    throw new IOException("No space left on device", 28);
                }
            });
            try
            {
                await _fixture.BuildAsync(new FakeBackend(), cache: _fixture.CacheOver(files));
                Assert.False(failed);
            }
            catch (QuantizationException exception)
            {
                refusedCount++;
                Assert.Contains("No space left on device", exception.Message, StringComparison.Ordinal);
                Assert.Contains("Free space", exception.Message, StringComparison.Ordinal);
                Assert.True(_fixture.IsTidy, $"Operation {operation} left something behind.");
            }
        }

        Assert.InRange(refusedCount, 3, operationCount);
    }

    [Fact]
    public async Task DiskFull_WhileTheProviderWrites_IsTheSame()
    {
        var backend = new FakeBackend { WhileBuilding = _ => throw new IOException("No space left on device", 28) };

        var exception = await Assert.ThrowsAsync<QuantizationException>(() => _fixture.BuildAsync(backend));

        Assert.Contains("No space left", exception.Message, StringComparison.Ordinal);
        Assert.True(_fixture.IsTidy);
    }

    [Fact]
    public async Task Remove_Killed_LeavesNoHalfEngineUnderItsName()
    {
        await PrepareAsync(replaces: false);
        var built = await _fixture.BuildAsync(new FakeBackend());
        var files = new DurableFiles((kind, _) => Stop(kind == DurableOperation.Delete));

        Assert.Throws<KilledException>(() => _fixture.CacheOver(files).Remove(built.Engine!.Folder));

        Assert.Empty(_fixture.Cache.Enumerate(verifiesBytes: true));
        Assert.Equal([built.Engine!.Prefix], _fixture.Cache.FindUnfinished());
    }

    private async Task<int> CountAsync(bool replaces)
    {
        await PrepareAsync(replaces);
        var count = 0;
        await _fixture.BuildAsync(new FakeBackend(), cache: _fixture.CacheOver(new DurableFiles((_, _) => count++)));
        return count;
    }

    private async Task PrepareAsync(bool replaces)
    {
        if (Directory.Exists(_fixture.Cache.Directory))
        {
            Directory.Delete(_fixture.Cache.Directory, recursive: true);
        }

        if (replaces)
        {
            var outcome = await _fixture.BuildAsync(new FakeBackend());
            File.WriteAllText(Directory.EnumerateFiles(outcome.Engine!.Folder, "*.engine").Single(), "damaged");
        }
    }

    private static void Stop(bool isNow)
    {
        if (isNow)
        {
            throw new KilledException();
        }
    }

    // Nobody catches it, so nothing is tidied up: what a kill leaves.
    private sealed class KilledException : Exception;
}
