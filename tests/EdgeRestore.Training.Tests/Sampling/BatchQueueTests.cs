using EdgeRestore.Training.Sampling;

namespace EdgeRestore.Training.Tests.Sampling;

public sealed class BatchQueueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Take_AnyWorkers_GivesBatchesInOrder(int workers)
    {
        var queue = new BatchQueue<long>(workers);

        var taken = Enumerable.Range(0, 20).Select(index => queue.Take(index * 3, 3, position => position).Batch);

        Assert.Equal(Enumerable.Range(0, 20).Select(index => index * 3L), taken);
    }

    [Fact]
    public void Take_OtherPosition_DropsWhatWasMadeAhead()
    {
        var queue = new BatchQueue<long>(2);
        queue.Take(0, 3, position => position);

        Assert.Equal(300, queue.Take(300, 3, position => position).Batch);
        Assert.Equal(303, queue.Take(303, 3, position => position).Batch);
    }

    [Fact]
    public void Clear_MadeAhead_IsMadeAnew()
    {
        var queue = new BatchQueue<string>(1);
        queue.Take(0, 1, position => $"old {position}");
        queue.Clear();

        Assert.Equal("new 1", queue.Take(1, 1, position => $"new {position}").Batch);
    }

    [Fact]
    public void Take_MakeThrows_ThrowsTheSame()
    {
        var queue = new BatchQueue<long>(1);

        Assert.Throws<EdgeRestoreException>(
            () => queue.Take(0, 1, _ => throw new EdgeRestoreException("No such photograph.")));
    }
}
