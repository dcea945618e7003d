using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Tests.Calibration;

public class ChannelStatisticsTests
{
    [Fact]
    public void Merge_AnyOrder_GivesTheSameBits()
    {
        // In floating point 0.1 + 0.2 + 0.3 depends on the order.
        float[] means = [0.1f, 0.2f, 0.3f, 1e6f, -1e6f];
        var forward = new ChannelStatistics(1);
        var backward = new ChannelStatistics(1);
        foreach (var mean in means)
        {
            forward.Observe([new TensorScan(mean - 1, mean + 1, mean, true)]);
        }

        foreach (var mean in means.Reverse())
        {
            var one = new ChannelStatistics(1);
            one.Observe([new TensorScan(mean - 1, mean + 1, mean, true)]);
            backward.Merge(one);
        }

        Assert.Equal(forward.Sums.ToArray(), backward.Sums.ToArray());
        Assert.Equal((-1e6f - 1, 1e6f + 1), (backward.Mins[0], backward.Maxs[0]));
        Assert.Equal(5, backward.FrameCount);
        Assert.Equal(0.6 / 5, backward.Means[0], 1e-6);
    }

    [Fact]
    public void Means_NothingSeen_AreZero() =>
        Assert.All(new ChannelStatistics(2).Means, mean => Assert.Equal(0, mean));
}
