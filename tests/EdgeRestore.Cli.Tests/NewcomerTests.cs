using EdgeRestore.Cli.Demo;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Tests;

/// <summary>
/// Ten pictures of one's own, train, export, serve: what comes back is better than what was sent. In small: a few steps
/// of the smallest network; the hour of docs/training.md is the same commands.
/// </summary>
[Trait("Category", "Long")]
public sealed class NewcomerTests : IDisposable
{
    private const string Recipe = """
        network: edge-xs
        steps: 250
        optimizer: { precision: float32, warmUpSteps: 5, average: 0.9, learningRate: 0.003, clipNorm: 1 }
        phases: [ { until: 1, patch: 48, batch: 4 } ]
        weights: { low-light: 1 }
        validation: { photographs: 2, cropPixels: 96, every: 1 }
        """;

    // Against a hang alone: the recipe ends by steps, so that a busy machine is slower and gives the same weights.
    private static readonly TimeSpan Limit = TimeSpan.FromHours(2);

    // As the launcher sets it: libtorch's threads would spin against those of its BLAS.
    private static readonly Dictionary<string, string> Environs = new() { ["OMP_WAIT_POLICY"] = "passive" };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task TenPictures_TrainExportServe_BeatTheDegradedInput()
    {
        for (var index = 0; index < 10; index++)
        {
            using var picture = Draw(index);
            ImageCodec.Save(picture, _folder.File("pictures", $"{index}.png"));
        }

        await File.WriteAllTextAsync(_folder.File("mine.yaml"), Recipe);
        var (pictures, run, package) = (Of("pictures"), Of("run"), Of("package"));
        await TrainAsync("train", Of("mine.yaml"), "--photographs", pictures, "--out", run);
        await TrainAsync(
            "export", "--restoration", run, "--out", package, "--name", "mine",
            "--classifier", Path.Combine(Repository.Root, "deploy", "models", "edgerestore-default"));

        // Told the route: whether the classifier knows such drawings is not what is asked here.
        var (code, document) = await Terminal.RunJsonAsync(
            Limit, "evaluate", "--package", package, "--device", "cpu", "--folder", pictures, "--rows", "low-light",
            "--wrong-routes", "10");
        Assert.Equal(0, code);
        var change = document.GetProperty("wrongRoutes").GetProperty("low-light").GetProperty("low-light").GetDouble();
        Assert.True(change > 3, $"low light changed by {change} dB");

        var before = Darken(pictures, Of("dark"));
        await ServeAsync(package, Of("dark"), Of("served"));
        var after = Directory.GetFiles(pictures).Average(picture => Likeness(picture, Of("served")));
        Assert.True(after > before + 3, $"served: {before} dB before, {after} dB after");
    }

    // Over the wire, told the degradation as a camera's owner would be.
    private async Task ServeAsync(string package, string input, string output)
    {
        Environment.SetEnvironmentVariable(
            "EDGERESTORE_DAEMON", Path.Combine(AppContext.BaseDirectory, "EdgeRestore.Daemon.dll"));
        using var limit = new CancellationTokenSource(Limit);
        await using var daemon = await DaemonProcess.StartAsync(
            package, "cpu", _folder.File("daemon.log"), limit.Token, Limit);

        var (code, frames) = await Terminal.RunJsonAsync(
            Limit, "stream", input, "--daemon", daemon.Address.ToString(), "--payload", "png", "--route", "low-light",
            "--out", output);

        Assert.Equal(0, code);
        Assert.Equal(10, frames.GetProperty("frames").GetArrayLength());
    }

    // Writes each picture as a camera at night gives it; mean likeness to the clean ones in dB.
    private static double Darken(string pictures, string folder)
    {
        Directory.CreateDirectory(folder);
        using var synthesizer = new DegradationSynthesizer();
        foreach (var path in Directory.GetFiles(pictures))
        {
            using var picture = ImageCodec.Load(path);
            var name = Path.GetFileName(path);
            var seed = Prng.Combine(1, name);
            var prng = new Prng(seed);
            synthesizer.Apply(
                picture, DegradationSampler.Evaluation.Draw(Degradation.LowLight, ref prng), seed, picture);
            ImageCodec.Save(picture, Path.Combine(folder, name));
        }

        return Directory.GetFiles(pictures).Average(path => Likeness(path, folder));
    }

    private static double Likeness(string picture, string folder)
    {
        using var clean = ImageCodec.Load(picture);
        using var other = ImageCodec.Load(Path.Combine(folder, Path.GetFileName(picture)));
        return Psnr.Compute(clean, other);
    }

    private string Of(string name) => Path.Combine(_folder.Path, name);

    // The trainer is built with the whole solution, as all tests are; these do not refer to it, which needs libtorch.
    private static async Task TrainAsync(params string[] arguments)
    {
        var isRelease = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal);
        var configuration = isRelease ? "Release" : "Debug";
        var trainer = Path.Combine(
            Repository.Root, "src", "EdgeRestore.Training", "bin", configuration, "net10.0",
            "EdgeRestore.Training.dll");

        var outcome = await Shell.RunAsync("dotnet", [trainer, .. arguments], Environs, Limit);

        Assert.True(outcome.ExitCode == 0, outcome.Error + outcome.Output);
    }

    private static Frame Draw(int index)
    {
        var frame = Frame.Rent(256, 224, PixelFormat.Rgb24);
        for (var y = 0; y < frame.Height; y++)
        {
            for (var x = 0; x < frame.Width; x++)
            {
                var pixel = frame.Pixels.Slice(((y * frame.Width) + x) * 3, 3);
                var block = ((x / (9 + index)) + (y / 13) + index) % 4 * 45;
                pixel[0] = (byte)(50 + block);
                pixel[1] = (byte)(30 + (x / 2) + (block / 4));
                pixel[2] = (byte)(200 - (y / 2) - (block / 3));
            }
        }

        return frame;
    }
}
