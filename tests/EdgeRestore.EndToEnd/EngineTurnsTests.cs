using EdgeRestore.Daemon.Streams;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Protocol.V1;

namespace EdgeRestore.EndToEnd;

public sealed class EngineTurnsTests
{
    [Fact]
    public async Task WaitAsync_Equals_AreServedInTheOrderOfAsking()
    {
        Assert.Equal([0, 1, 2, 3], await OrderOfAsync(Enumerable.Repeat(Priority.Normal, 4)));
    }

    [Fact]
    public async Task WaitAsync_HigherPriority_GoesFirst()
    {
        Assert.Equal(
            [2, 1, 3, 0], await OrderOfAsync([Priority.Low, Priority.Normal, Priority.High, Priority.Normal]));
    }

    [Fact]
    public async Task WaitAsync_HigherPriorityNeverEnds_LowerOneIsServedAllTheSame()
    {
        var order = await OrderOfAsync([Priority.Normal, .. Enumerable.Repeat(Priority.High, 100)]);

        Assert.Equal(EngineTurns.OvertakenAtMost - 1, order.IndexOf(0));
    }

    [Fact]
    public async Task WaitAsync_Cancelled_LeavesTheTurnToTheNext()
    {
        var turns = new EngineTurns(1);
        await turns.WaitAsync(Priority.Normal, default);
        using var cancellation = new CancellationTokenSource();
        var given = turns.WaitAsync(Priority.High, cancellation.Token).AsTask();
        var next = turns.WaitAsync(Priority.Low, default).AsTask();
        Assert.Equal(2, turns.WaitingCount);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WaitAsync(Patience.Limit));
        Assert.Equal(1, turns.WaitingCount);
        turns.Release();

        await next.WaitAsync(Patience.Limit);
        Assert.Equal(0, turns.WaitingCount);
        turns.Release();
        await turns.WaitAsync(Priority.Low, default).AsTask().WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Release_AfterAllWereCancelled_KeepsTheTurn()
    {
        var turns = new EngineTurns(2);
        await turns.WaitAsync(Priority.Normal, default);
        await turns.WaitAsync(Priority.Normal, default);
        using var cancellation = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 5)
            .Select(_ => turns.WaitAsync(Priority.Normal, cancellation.Token).AsTask()).ToArray();

        await cancellation.CancelAsync();
        turns.Release();

        Assert.True(turns.WaitAsync(Priority.Normal, default).IsCompletedSuccessfully);
        Assert.False(turns.WaitAsync(Priority.Normal, default).IsCompleted);
        foreach (var turn in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn.WaitAsync(Patience.Limit));
        }
    }

    /// <summary>In which order askers get the only turn, when all have asked before it is free.</summary>
    private static async Task<List<int>> OrderOfAsync(IEnumerable<Priority> priorities)
    {
        var turns = new EngineTurns(1);
        await turns.WaitAsync(Priority.Normal, default);
        var order = new List<int>();
        var asking = priorities.Select(async (priority, index) =>
        {
            await turns.WaitAsync(priority, default);
            order.Add(index);
            turns.Release();
        }).ToArray();
        turns.Release();
        await Task.WhenAll(asking).WaitAsync(Patience.Limit);
        return order;
    }
}
