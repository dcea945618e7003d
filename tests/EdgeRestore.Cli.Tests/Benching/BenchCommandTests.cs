using EdgeRestore.Cli.Benching;
using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.Inference;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Cli.Tests.Benching;

public sealed class BenchCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Run_MeasuresEveryRouteSizeAndThreadCount()
    {
        var package = new TestPackage().Write(Path.Combine(_folder.Path, "package"));
        var plan = BenchPlan.Of(package.Manifest, maxThreads: 2, "cpu");
        // Time stands still: the number of frames ends each measurement.
        using var run = new BenchRun(
            Restorer.Load(package, new RestorerOptions { Device = "cpu", Threads = 2 }), 2, "cpu",
            TimeSpan.FromHours(1),
            new ManualClock())
        { MostFrameCount = 3 };

        var cells = run.Run(plan, new PlainProgress("", plan.Count, TextWriter.Null), CancellationToken.None);

        Assert.Equal(plan.Count, cells.Count);
        Assert.All(cells, cell =>
        {
            Assert.Null(cell.Reason);
            Assert.Equal(3, cell.FrameCount);
            Assert.InRange(cell.FramesPerSecond, double.Epsilon, double.MaxValue);
            Assert.InRange(cell.P99Ms, cell.MedianMs, double.MaxValue);
            Assert.InRange(cell.ResidentMiB, 1, 1 << 20);
        });
    }

    [Fact]
    public async Task Bench_WritesTableDocumentAndPicture()
    {
        var package = Path.Combine(_folder.Path, "package");
        new TestPackage().Write(package);
        var output = Path.Combine(_folder.Path, "out");

        // One second may be too little for all of it on a busy machine, which is no failure of the command.
        var (code, report) = await Terminal.RunJsonAsync(
            "bench", "--package", package, "--device", "cpu", "--seconds", "1", "--out", output);

        Assert.InRange(code, 0, 1);
        Assert.Equal("cpu", report.GetProperty("device").GetString());
        Assert.InRange(report.GetProperty("cells")[0].GetProperty("frameCount").GetInt32(), 2, int.MaxValue);
        using var picture = ImageCodec.Load(Path.Combine(output, BenchReport.PictureName));
        Assert.Equal(1200, picture.Width);
        Assert.True(File.Exists(Path.Combine(output, BenchReport.JsonName)));
    }

    [Fact]
    public void Plan_VariesOneThingAtATime()
    {
        var manifest = new TestPackage().Write(Path.Combine(_folder.Path, "package")).Manifest;

        var plan = BenchPlan.Of(manifest, maxThreads: 8, "cpu");

        Assert.Equal([1, 2, 4], plan.Where(cell => cell.Group == "threads").Select(cell => cell.Threads));
        Assert.Equal(4, plan.Count(cell => cell.Group == "size"));
        Assert.All(plan.Where(cell => cell.Group != "threads"), cell => Assert.Equal(8, cell.Threads));
        var routes = plan.Where(cell => cell.Group != "threads").Select(cell => cell.Route).Distinct().ToList();
        Assert.Equal(manifest.Routes.Length + 2, routes.Count);
        Assert.DoesNotContain(BenchPlan.Of(manifest, maxThreads: 8, "cuda"), cell => cell.Group == "threads");
    }

    [Fact]
    public void WithTimes_GivesRateAndRanks()
    {
        var cell =
            new BenchCell { Group = "size", Route = "noise", Precision = "fp32", Width = 1, Height = 1, Threads = 1 }
            .WithTimes([30, 10, 20, 40], residentMiB: 7);

        Assert.Equal((4, 40.0, 20.0, 40.0), (cell.FrameCount, cell.FramesPerSecond, cell.MedianMs, cell.P99Ms));
    }

    [Fact]
    public async Task CellThatFails_IsLeftOutWithItsReason()
    {
        var package = Path.Combine(_folder.Path, "package");
        TestPackage.Of(new TestNetwork.FailsUnless(64, 64)).Write(package);

        var outcome = await Terminal.RunAsync(
            "bench", "--package", package, "--device", "cpu", "--seconds", "1", "--out",
            Path.Combine(_folder.Path, "out"));

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("was not measured: Engine", outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();
}
