using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Benchmarks;

/// <summary>Managed bytes that a frame costs in Inference once everything has been used.</summary>
internal static class AllocationBenchmark
{
    private const int FrameCount = 32;

    public static void Run(BenchmarkOptions options, BenchmarkPackages packages, BenchmarkReport report)
    {
        using var restorer = Restorer.Load(packages.Default, new RestorerOptions { Device = "cpu" });
        var router = restorer.CreateRouter(new RoutingOptions { Threshold = 0 });
        using var input = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        using var output = Frame.Rent(options.Width, options.Height, PixelFormat.Rgb24);
        new Random(1).NextBytes(input.Pixels);

        Restore();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Restore();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        report.AddAtMost("managed bytes allocated per frame in Inference", bytes / (double)FrameCount, 0, "F0");

        void Restore()
        {
            for (var index = 0; index < FrameCount; index++)
            {
                restorer.Restore(input, output, router, 1, CancellationToken.None);
                if (options.SlowDown > TimeSpan.Zero)
                {
                    // The control of a count is not a sleep: a frame held up by something that allocates.
                    GC.KeepAlive(Task.Delay(options.SlowDown));
                }
            }
        }
    }
}
