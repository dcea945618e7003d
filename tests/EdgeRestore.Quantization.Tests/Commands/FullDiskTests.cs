using System.Security.Cryptography;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Commands;
using EdgeRestore.Quantization.Tests.Search;

namespace EdgeRestore.Quantization.Tests.Commands;

/// <summary>A disk that fills while a command writes: it says so, and leaves nothing that looks whole.</summary>
public sealed class FullDiskTests(FullDiskTests.Made made) : IClassFixture<FullDiskTests.Made>
{
    // Every file that a command hands out here is longer.
    private const int FileBytes = 400;

    public static TheoryData<string> Commands =>
        ["calibrate", "merge", "export", "fp16", "int8", "mixed", "auto", "report", "plan"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task DiskFills_WhileACommandWrites_SaysSoAndLeavesEverythingAsItWas(string command)
    {
        using var folder = new TestFolder();
        var (arguments, target) = made.ArgumentsOf(command, folder.PathOf("out"));
        if (command == "report")
        {
            // The page is made from what lies there, and the one that is there stays.
            Copy(made.PathOf("out.report"), target);
        }

        var (source, before) = (HashesOf(made.Source.Directory), HashesOf(target));
        using var process = QuantizeProcess.StartOnAFullDisk(FileBytes, arguments);

        var (code, error) = await process.EndAsync();

        Assert.True(code == ExitCode.CannotRun, $"{code}: {error}");
        Assert.Contains("annot ", error, StringComparison.Ordinal);
        Assert.Contains("free space", error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(source, HashesOf(made.Source.Directory));
        Assert.Equal(before, HashesOf(target));
        var left = Directory.EnumerateFiles(folder.PathOf(""), "*", SearchOption.AllDirectories)
            .Where(path => command != "report" || !path.StartsWith(target, StringComparison.Ordinal));
        Assert.Empty(left);
    }

    private static IReadOnlyDictionary<string, string> HashesOf(string path) => (Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories) : File.Exists(path) ? [path] : [])
        .ToDictionary(file => file, file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    /// <summary>What commands read: a package, frames, calibrations, a report.</summary>
    public sealed class Made : IDisposable, IAsyncLifetime
    {
        private readonly TestFolder _folder = new();

        public ModelPackage Source { get; private set; } = null!;

        public string PathOf(string name) => _folder.PathOf(name);

        public async Task InitializeAsync()
        {
            Source = TinyNetwork.WritePackage(PathOf("source"));
            for (var seed = 0; seed < 8; seed++)
            {
                _folder.SaveScene($"{(seed < 4 ? "frames" : "others")}/clear/{seed}.png", seed);
            }

            await RunAsync("calibrate", Source.Directory, "--frames", PathOf("frames"), "--out", PathOf("a.ercal"));
            await RunAsync("calibrate", Source.Directory, "--frames", PathOf("others"), "--out", PathOf("b.ercal"));
            await RunAsync(
                "mixed", Source.Directory, "--calibration", PathOf("a.ercal"), "--frames", PathOf("frames"), "--for",
                "orin-nx",
                "--max-drop", "10", "--out", PathOf("out"));
        }

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => _folder.Dispose();

        public (string[] Arguments, string Target) ArgumentsOf(string command, string @out)
        {
            var frames = new[] { "--frames", PathOf("frames") };
            var search = new[] { "--for", "orin-nx", "--max-drop", "10", "--out", @out };
            var calibration = new[] { "--calibration", PathOf("a.ercal") };
            return command switch
            {
                "calibrate" => (["calibrate", Source.Directory, .. frames, "--out", @out], @out),
                "merge" => (["calibration", "merge", PathOf("a.ercal"), PathOf("b.ercal"), "--out", @out], @out),
                "export" => (
                    [
                        "calibration", "export", PathOf("a.ercal"), "--package", Source.Directory, "--tensorrt",
                        "10.3.0", "--out", @out,
                    ],
                    @out),
                "fp16" => (["fp16", Source.Directory, "--images", "0", "--out", @out], @out),
                "int8" => (
                    ["int8", Source.Directory, .. calibration, "--profile", "tensorrt", "--images", "0", "--out", @out],
                    @out),
                "mixed" => (["mixed", Source.Directory, .. calibration, .. frames, .. search], @out),
                "auto" => (["auto", Source.Directory, .. frames, .. search], @out),
                "report" => (["report", @out + ".report"], @out + ".report"),
                _ => (
                    [
                        "engine", "plan", Source.Directory, "--for", "orin-nx", "--out", @out,
                        .. Enumerable.Range(1, 12).SelectMany(side => new[] { "--shape", $"{64 * side}x{64 * side}" }),
                    ],
                    @out),
            };
        }

        private static async Task RunAsync(params string[] arguments)
        {
            using var error = new StringWriter();
            var code = await CommandLine.RunAsync(arguments, TextWriter.Null, TextWriter.Synchronized(error));
            Assert.True(code == ExitCode.Done, $"{string.Join(' ', arguments)}: {error}");
        }
    }
}
