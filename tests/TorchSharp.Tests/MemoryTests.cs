using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace TorchSharp.Tests;

public sealed class MemoryTests
{
    // A leak of one 16 KiB activation a step would add 110 MiB over the 7,000 steps measured; the allocator's own noise
    // and the garbage collector's stay under a tenth of that.
    private const long AllowedGrowthBytes = 24L << 20;

    [Fact]
    public void Training_OverTenThousandSteps_KeepsMemoryFlat()
    {
        manual_seed(1);
        set_num_threads(1);
        using var net = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding: 1), nn.GELU(), nn.Conv2d(8, 3, 3, padding: 1));
        using var optimizer = optim.AdamW(net.parameters(), 1e-3);
        using var input = randn(2, 3, 16, 16);
        Step(net, optimizer, input);

        // What other tests left to the collector must not be counted as given back by this one.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var tensors = Tensor.TotalCount;
        for (var step = 1; step < 3000; step++)
        {
            Step(net, optimizer, input);
        }

        var before = ResidentBytes();
        for (var step = 3000; step < 10_000; step++)
        {
            Step(net, optimizer, input);
        }

        var growth = ResidentBytes() - before;
        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.True(growth < AllowedGrowthBytes, $"Resident memory grew by {growth >> 20} MiB over 7,000 steps.");
    }

    [Fact]
    public void ResidentBytes_OfKeptTensors_SeesThem()
    {
        // The measure above can fail: the leak that it must find, made on purpose.
        var before = ResidentBytes();
        var kept = Enumerable.Range(0, 7000).Select(_ => ones(1, 8, 16, 32)).ToList();
        Assert.True(ResidentBytes() - before > AllowedGrowthBytes);
        kept.ForEach(tensor => tensor.Dispose());
    }

    [Fact]
    public void TensorsLeftToTheCollector_AreFreed()
    {
        Leave();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        Leave();
        Assert.Equal(before + 100, Tensor.TotalCount);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.InRange(Tensor.TotalCount, before, before + 1);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Leave()
        {
            for (var i = 0; i < 100; i++)
            {
                ones(10);
            }
        }
    }

    private static void Step(Sequential net, AdamW optimizer, Tensor input)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var output = net.call(input);
        var loss = F.l1_loss(output, input) + F.mse_loss(output, input).to(bfloat16).to(float32);
        loss.backward();
        nn.utils.clip_grad_norm_(net.parameters(), 0.1);
        optimizer.step();
        _ = loss.item<float>();
    }

    private static long ResidentBytes()
    {
        // statm counts pages of 4 KiB on the machines that this runs on.
        var pages = File.ReadAllText("/proc/self/statm").Split(' ')[1];
        return long.Parse(pages, System.Globalization.CultureInfo.InvariantCulture) * 4096;
    }
}
