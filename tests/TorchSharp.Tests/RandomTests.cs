using static TorchSharp.torch;

namespace TorchSharp.Tests;

public sealed class RandomTests
{
    [Fact]
    public void ManualSeed_Repeated_RepeatsEveryDraw()
    {
        manual_seed(7);
        var first = Draw();
        manual_seed(7);
        var second = Draw();
        manual_seed(8);
        var third = Draw();
        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
        Assert.Equal(8, initial_seed());

        static float[] Draw() =>
            [.. cat([rand(4), randn(4), randint(0, 100, [4]).to(float32), randperm(4).to(float32),
                nn.Linear(2, 2).weight.detach().flatten()]).data<float>()];
    }

    [Fact]
    public void Generator_OfItsOwn_LeavesTheDefaultOneAlone()
    {
        manual_seed(1);
        using var expected = rand(3);
        manual_seed(1);
        using var generator = new Generator(42);
        using var own = randn([3], generator: generator);
        using var found = rand(3);
        Assert.True(expected.Equals(found));
        generator.manual_seed(42);
        using var again = randn([3], generator: generator);
        Assert.True(own.Equals(again));
        using var state = generator.get_state();
        using var next = rand([3], generator: generator);
        generator.set_state(state);
        Assert.True(next.Equals(rand([3], generator: generator)));
    }

    [Fact]
    public void RngState_SavedAndSet_Continues()
    {
        using var state = get_rng_state();
        using var expected = rand(5);
        set_rng_state(state);
        Assert.True(expected.Equals(rand(5)));
    }

    [Fact]
    public void Distributions_OfManyDraws_HaveTheirMoments()
    {
        manual_seed(3);
        using var normal = randn(20_000);
        Assert.Equal(0, normal.mean().item<float>(), 0.03);
        Assert.Equal(1, normal.std().item<float>(), 0.03);
        using var uniform = empty(20_000).uniform_(2, 4);
        Assert.Equal(3, uniform.mean().item<float>(), 0.03);
        Assert.InRange(uniform.min().item<float>(), 2, 2.1);
        Assert.Equal(0.3, empty(20_000).bernoulli_(0.3).mean().item<float>(), 0.02);
    }

    [Fact]
    public void ThreadCount_Set_IsReported()
    {
        var before = get_num_threads();
        set_num_threads(1);
        Assert.Equal(1, get_num_threads());
        set_num_threads(before);
    }

    [Fact]
    public void Cuda_WithoutDevice_IsReportedAndRefused()
    {
        if (cuda.is_available())
        {
            Assert.True(cuda.device_count() > 0);
            return;
        }

        Assert.Equal(0, cuda.device_count());
        Assert.Throws<InvalidOperationException>(() => ones(1).cuda());
        Assert.Equal("cuda:1", new Device("cuda:1").ToString());
        Assert.Equal(CPU, ones(1).device);
    }
}
