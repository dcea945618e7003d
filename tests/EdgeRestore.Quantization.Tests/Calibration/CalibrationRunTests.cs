using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests.Calibration;

public sealed class CalibrationRunTests : IDisposable
{
    private const string GraphFile = "noise.onnx";

    private readonly string _folder = Directory.CreateTempSubdirectory("calibration-").FullName;

    private string StatePath => Path.Combine(_folder, "state");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_KnownNetwork_FindsTheRangesOfItsTensors()
    {
        // x / 255 and x / 255 + 2 / 255.
        var package = Write(new TestNetwork.Add(2));

        var calibration = new CalibrationRun(package, new()).Run(Frames(3));

        var tensors = calibration.Graphs.Single().Tensors;
        Assert.Contains(tensors, tensor => tensor.Max == 1f);
        Assert.Contains(tensors, tensor => Math.Abs(tensor.Max - (257f / 255f)) < 1e-6f);
        var values = Frames(3)[GraphFile].Sum(frame => ValueCountOf(frame));
        Assert.All(
            tensors.Where(tensor => tensor.MaxElementCount > 3),
            tensor => Assert.Equal(values, tensor.Histogram!.Total));
        Assert.Equal(3, calibration.Frames.Length);
        Assert.True(calibration.IsComplete);
    }

    [Theory]
    [InlineData(1, 1L << 30)]
    [InlineData(2, 1L << 30)]
    [InlineData(5, 1L << 30)]
    [InlineData(2, 600_000)]
    public void Run_AnyThreadsAndMemory_SameBytes(int threads, long memoryBytes)
    {
        var package = Write(new TestNetwork.Slow(3));

        var calibration = new CalibrationRun(package, new() { Threads = threads, MemoryBytes = memoryBytes })
            .Run(Frames(6));

        Assert.Equal(Bytes(new CalibrationRun(package, new() { Threads = 1 }).Run(Frames(6))), Bytes(calibration));
    }

    [Fact]
    public void Run_MoreFrames_HoldsNoMoreTensors()
    {
        const long Budget = 500_000;
        var package = Write(new TestNetwork.Slow(4));
        var (few, many) = (NewRun(), NewRun());

        few.Run(Frames(2));
        many.Run(Frames(12));

        Assert.InRange(few.PeakTapBytes, 1, Budget);
        Assert.InRange(many.PeakTapBytes, few.PeakTapBytes, Budget);

        CalibrationRun NewRun() => new(package, new() { Threads = 1, MemoryBytes = Budget });
    }

    [Fact]
    public void Run_MemoryBelowOneTensor_SaysWhichAndHowMuch()
    {
        var package = Write(new TestNetwork.Slow(1));

        var error = Assert.Throws<CalibrationException>(
            () => new CalibrationRun(package, new() { MemoryBytes = 1000 }).Run(Frames(1)));

        Assert.Contains("Raise --memory", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Run_InterruptedAndStartedAgain_SameBytesAsInOneGo(int interruptedAfter)
    {
        var package = Write(new TestNetwork.Slow(2));
        var settings = new CalibrationSettings { Threads = 1, StatePath = StatePath };
        using var stop = new CancellationTokenSource();
        var progress = new Progress(now =>
        {
            if (now.Done == interruptedAfter)
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(
            () => new CalibrationRun(package, settings).Run(Frames(8), progress, stop.Token));
        Assert.True(File.Exists(StatePath));
        Assert.False(CalibrationFile.Load(StatePath).IsComplete);
        var first = int.MaxValue;

        var resumed = new CalibrationRun(package, settings).Run(
            Frames(8), new Progress(now => first = Math.Min(first, now.Done)));

        Assert.Equal(interruptedAfter + 1, first);
        Assert.Equal(Bytes(new CalibrationRun(package, new()).Run(Frames(8))), Bytes(resumed));
        Assert.False(File.Exists(StatePath));
    }

    // What ranges alone were taken of is counted only; the rest is read once for both.
    [Fact]
    public void Run_StateOfRangesAlone_CountsWhatIsMissing()
    {
        var package = Write(new TestNetwork.Slow(2));
        var settings = new CalibrationSettings { Threads = 1, StatePath = StatePath };
        using var stop = new CancellationTokenSource();
        var interrupted = new CalibrationRun(package, settings with { CountsValues = false });
        Assert.Throws<OperationCanceledException>(() => interrupted.Run(
            Frames(4), new Progress(now => CancelAt(now, 2)), stop.Token));

        var resumed = new CalibrationRun(package, settings).Run(Frames(4));

        Assert.Equal(Bytes(new CalibrationRun(package, new()).Run(Frames(4))), Bytes(resumed));

        void CancelAt(CalibrationProgress now, int done)
        {
            if (now.Done == done)
            {
                stop.Cancel();
            }
        }
    }

    [Fact]
    public void Run_RangesAndCounts_RunsEachFrameOnce()
    {
        var package = Write(new TestNetwork.Slow(2));
        var loads = 0;
        var frames = Frames(3)[GraphFile].Select(frame => frame with
        {
            Load = () =>
            {
                Interlocked.Increment(ref loads);
                return frame.Load();
            },
        }).ToList();

        var calibration = new CalibrationRun(package, new()).Run(
            new Dictionary<string, IReadOnlyList<CalibrationFrame>> { [GraphFile] = frames });

        Assert.Equal(3, loads);
        Assert.All(calibration.Graphs[0].Tensors, tensor => Assert.True(tensor.Histogram!.Total > 0));
    }

    [Fact]
    public void Run_StateOfOtherFrames_StartsAnew()
    {
        var package = Write(new TestNetwork.Slow(2));
        var settings = new CalibrationSettings { StatePath = StatePath };
        (new CalibrationRun(package, new()).Run(Frames(3)) with { IsComplete = false }).Save(StatePath);

        var calibration = new CalibrationRun(package, settings).Run(Frames(2));

        Assert.Equal(Bytes(new CalibrationRun(package, new()).Run(Frames(2))), Bytes(calibration));
    }

    [Fact]
    public void Run_StateIsDamaged_StartsAnew()
    {
        var package = Write(new TestNetwork.Slow(2));
        File.WriteAllText(StatePath, "EdgeRestore calibration 2\n12\n{");

        var calibration = new CalibrationRun(package, new() { StatePath = StatePath }).Run(Frames(2));

        Assert.Equal(Bytes(new CalibrationRun(package, new()).Run(Frames(2))), Bytes(calibration));
    }

    [Fact]
    public void Run_FrameThatMakesNaN_NamesFrameAndTensor()
    {
        var package = Write(new TestNetwork.NotANumberAtWhite());

        var error = Assert.Throws<CalibrationException>(
            () => new CalibrationRun(package, new()).Run(Frames(2, blue: 255)));

        Assert.Contains("'frame 0'", error.Message, StringComparison.Ordinal);
        Assert.Matches("first in tensor 'Log", error.Message);
    }

    [Fact]
    public void Run_NoFrames_SaysSo()
    {
        var package = Write(new TestNetwork.Slow(1));

        Assert.Throws<CalibrationException>(() => new CalibrationRun(package, new()).Run(
            new Dictionary<string, IReadOnlyList<CalibrationFrame>>()));
        var exception = Assert.Throws<CalibrationException>(() => new CalibrationRun(package, new()).Run(
            new Dictionary<string, IReadOnlyList<CalibrationFrame>> { [GraphFile] = [] }));
        Assert.Contains(GraphFile, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MinMaxOnly_NeedsOnePassAndSaysWhatIsMissing()
    {
        var package = Write(new TestNetwork.Slow(1));
        var calls = 0;

        var calibration = new CalibrationRun(package, new() { CountsValues = false, Threads = 1 }).Run(
            Frames(3), new Progress(_ => calls++));

        Assert.Equal(3, calls);
        Assert.NotEmpty(calibration.TableOf(GraphFile, RangeMethod.MinMax));
        var error = Assert.Throws<CalibrationException>(() => calibration.TableOf(GraphFile, RangeMethod.Mse));
        Assert.Contains("--method minmax", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_OfTwo_SameBytesAsOneRunOverBoth()
    {
        var package = Write(new TestNetwork.Slow(2));
        var all = Frames(5)[GraphFile];

        var merged = CalibrationFile.Merge(Run([.. all.Take(2)]), Run([.. all.Skip(2)]));

        Assert.Equal(Bytes(Run(all)), Bytes(merged));
        Assert.Equal(Bytes(merged), Bytes(CalibrationFile.Merge(Run([.. all.Skip(2)]), Run([.. all.Take(2)]))));
        Assert.Contains("both", Assert.Throws<CalibrationException>(
            () => CalibrationFile.Merge(Run(all), Run([all[0]]))).Message, StringComparison.Ordinal);

        CalibrationFile Run(IReadOnlyList<CalibrationFrame> frames) => new CalibrationRun(package, new()).Run(
            new Dictionary<string, IReadOnlyList<CalibrationFrame>> { [GraphFile] = frames });
    }

    [Fact]
    public void Require_AnotherPackage_IsRefused()
    {
        var calibration = new CalibrationRun(Write(new TestNetwork.Slow(1)), new()).Run(Frames(1));
        var other = Write(new TestNetwork.Slow(2), "other");

        var error = Assert.Throws<CalibrationException>(() => calibration.Require(other));

        Assert.Contains(other.Sha256, error.Message, StringComparison.Ordinal);
        Assert.Throws<CalibrationException>(() => CalibrationFile.Merge(
            calibration, new CalibrationRun(other, new()).Run(Frames(1))));
    }

    [Fact]
    public void Load_WhatWasSaved_IsTheSame()
    {
        var path = Path.Combine(_folder, "a.ercal");
        var calibration = new CalibrationRun(Write(new TestNetwork.Slow(2)), new()).Run(Frames(2));

        calibration.Save(path);

        Assert.Equal(Bytes(calibration), Bytes(CalibrationFile.Load(path)));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(400)]
    [InlineData(-1)]
    public void Load_CutShort_SaysDamaged(int length)
    {
        var path = Path.Combine(_folder, "a.ercal");
        var bytes = Bytes(new CalibrationRun(Write(new TestNetwork.Slow(1)), new()).Run(Frames(1)));
        File.WriteAllBytes(path, length < 0 ? bytes[..^1] : bytes[..length]);

        Assert.Throws<CalibrationException>(() => CalibrationFile.Load(path));
    }

    [Fact]
    public void Save_DiskFull_LeavesNothingBehind()
    {
        // A folder where the file should come: as with a full disk, the last step fails.
        var path = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(path);
        var calibration = new CalibrationRun(Write(new TestNetwork.Slow(1)), new()).Run(Frames(1));

        var error = Assert.Throws<CalibrationException>(() => calibration.Save(path));

        Assert.Contains("Nothing half-written is left", error.Message, StringComparison.Ordinal);
        Assert.Equal(["package", "taken"], Directory.GetFileSystemEntries(_folder).Select(Path.GetFileName).Order());
        if (File.Exists("/dev/full"))
        {
            Assert.Throws<CalibrationException>(() => WholeFile.Write("/dev/full/x", stream => stream.WriteByte(1)));
        }
    }

    private static int ValueCountOf(CalibrationFrame frame)
    {
        using var pixels = frame.Load();
        return pixels.LengthBytes;
    }

    private static byte[] Bytes(CalibrationFile calibration)
    {
        using var stream = new MemoryStream();
        CalibrationFormat.Write(calibration, stream);
        return stream.ToArray();
    }

    private static Dictionary<string, IReadOnlyList<CalibrationFrame>> Frames(int count, byte blue = 200) => new()
    {
        [GraphFile] =
        [
            .. Enumerable.Range(0, count).Select(index => new CalibrationFrame(
                $"frame {index}", Degradation.Noise, $"{index:D64}", () => Draw(index, blue))),
        ],
    };

    private static Frame Draw(int seed, byte blue)
    {
        var frame = Frame.Rent(48, 32 + (seed % 3), PixelFormat.Rgb24);
        var prng = new Prng((ulong)seed);
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            frame.Pixels[index] = index % 3 == 2 ? blue : (byte)prng.NextInt32(0, index == 0 ? 1 : 255);
        }

        frame.Pixels[1] = blue == 200 ? (byte)255 : (byte)0;
        return frame;
    }

    private ModelPackage Write(TestNetwork network, string name = "package")
    {
        var path = Path.Combine(_folder, name);
        return Directory.Exists(path) ? ModelPackage.Open(path) : TestPackage.Of(network).Write(path);
    }

    private sealed class Progress(Action<CalibrationProgress> report) : IProgress<CalibrationProgress>
    {
        public void Report(CalibrationProgress value) => report(value);
    }
}
