using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.utils.data;

namespace TorchSharp.Tests;

public sealed class LoadingTests
{
    [Fact]
    public void DataLoader_InOrder_StacksSamplesAndKeepsTheShortRest()
    {
        using var loader = DataLoader(new Squares(5), 2);
        var batches = new List<float[]>();
        foreach (var batch in loader)
        {
            Assert.Equal(batch["index"].shape[0], batch["square"].shape[0]);
            Assert.Equal([1], batch["square"].shape[1..]);
            batches.Add(batch["square"].data<float>().ToArray());
        }

        Assert.Equal([[0, 1], [4, 9], [16]], batches);
        Assert.Equal(3, loader.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void DataLoader_Shuffled_GivesEverySampleOnceUnderItsIndex(int workers)
    {
        using var loader = DataLoader(new Squares(20), 6, shuffle: true, seed: 5, num_worker: workers);
        var indices = new List<long>();
        foreach (var batch in loader)
        {
            indices.AddRange(batch["index"].data<long>());
            Assert.Equal(
                batch["index"].data<long>().Select(i => (float)(i * i)), batch["square"].flatten().data<float>());
        }

        Assert.NotEqual(Enumerable.Range(0, 20).Select(i => (long)i), indices);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), indices.Order());
    }

    [Fact]
    public void DataLoader_SameSeed_SameOrderEachTime()
    {
        using var first = DataLoader(new Squares(12), 12, shuffle: true, seed: 9);
        using var second = DataLoader(new Squares(12), 12, shuffle: true, seed: 9);
        using var other = DataLoader(new Squares(12), 12, shuffle: true, seed: 10);
        Assert.Equal(Order(first), Order(first));
        Assert.Equal(Order(first), Order(second));
        Assert.NotEqual(Order(first), Order(other));

        static long[] Order(DataLoader loader) => [.. loader.SelectMany(batch => batch["index"].data<long>())];
    }

    [Fact]
    public void DataLoader_DropLast_LeavesOutTheRest()
    {
        using var loader = DataLoader(new Squares(5), 2, drop_last: true);
        Assert.Equal(2, loader.Count);
        Assert.Equal(2, loader.Count());
    }

    [Fact]
    public void DataLoader_NextBatch_LetsGoOfTheOneBefore()
    {
        using var loader = DataLoader(new Squares(4), 2);
        using var batches = loader.GetEnumerator();
        Assert.True(batches.MoveNext());
        var kept = batches.Current["square"];
        Assert.False(kept.IsInvalid);
        Assert.True(batches.MoveNext());
        Assert.True(kept.IsInvalid);
        batches.Reset();
        Assert.True(batches.MoveNext());
        Assert.Equal([0, 1], batches.Current["index"].data<long>().ToArray());
    }

    [Fact]
    public void DataLoader_OwnCollation_GetsSamplesInOrder()
    {
        using var loader = new DataLoader<IList<Tensor>, Tensor>(
            TensorDataset(tensor(new[] { 1f, 2 }), tensor(new[] { 10f, 20 })), 1,
            (samples, device) => stack([.. samples.Select(sample => sample[0] + sample[1])]).to(device));
        var sums = new List<float>();
        foreach (var batch in loader)
        {
            sums.AddRange(batch.data<float>());
        }

        Assert.Equal([11, 22], sums);
    }

    [Fact]
    public void TensorDataset_TensorsOfDifferentLengths_AreRefused()
    {
        using var three = zeros(3);
        using var four = zeros(4);
        Assert.Throws<ArgumentException>(() => TensorDataset(three, four));
    }

    private sealed class Squares(long count) : Dataset
    {
        public override long Count => count;

        public override Dictionary<string, Tensor> GetTensor(long index) =>
            new() { ["index"] = tensor(index), ["square"] = tensor(new[] { (float)(index * index) }) };
    }
}
