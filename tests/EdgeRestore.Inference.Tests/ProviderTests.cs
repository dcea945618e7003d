using EdgeRestore.Degradations;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

public sealed class ProviderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgerestore-provider-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [WithoutCudaFact]
    public void Load_AutoWithoutGpu_StepsDownToCpuWithReasons()
    {
        using var loaded = new LoadedPackage(options: new RestorerOptions());

        Assert.Equal(["tensorrt", "cuda", "cpu"], loaded.Restorer.Providers.Select(step => step.Provider));
        Assert.Equal([false, false, true], loaded.Restorer.Providers.Select(step => step.IsUsed));
        Assert.All(loaded.Restorer.Providers.Take(2), step =>
            Assert.Matches(@"^(\S+\.so\S* is missing|this build of ONNX Runtime lacks it, .*)$", step.Reason));
        Assert.Matches(@"^ran a 64x64 frame in \d+\.\d ms$", loaded.Restorer.Providers[2].Reason);
    }

    [WithoutCudaTheory]
    [InlineData("cuda")]
    [InlineData("tensorrt")]
    public void Load_DeviceThatIsMissing_SaysWhatIsMissing(string device)
    {
        var exception = Assert.Throws<EngineException>(
            () => new LoadedPackage(options: new RestorerOptions { Device = device }));

        Assert.StartsWith(
            $"No provider runs this package on device '{device}': {device}: ", exception.Message,
            StringComparison.Ordinal);
        Assert.Contains("use device 'cpu' or 'auto'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_UnknownDevice_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(
            () => new LoadedPackage(options: new RestorerOptions { Device = "npu" }));

        Assert.StartsWith(
            "Device is 'npu', allowed are auto, tensorrt, cuda, cpu.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnotherRuntimeFolderInTheSameProcess_IsRefused()
    {
        using var loaded = new LoadedPackage();

        var exception = Assert.Throws<EngineException>(() => new LoadedPackage(
            options: new RestorerOptions { Device = "cpu", OnnxRuntimeDirectory = _directory }));

        Assert.Contains("one is allowed", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_GraphThatIsNoGraph_NamesEngineAndFile()
    {
        var package = new TestPackage().Write(Path.Combine(_directory, "package"));
        var broken = PackageWriter.Write(
            Path.Combine(_directory, "broken"),
            package.Manifest,
            [.. package.Manifest.Files.Select(file => file.Path == "noise.onnx"
                ? PackageContent.FromBytes(file.Path, new byte[] { 8, 10 })
                : PackageContent.FromFile(file.Path, package.GetPath(file.Path)))]);

        var exception = Assert.Throws<EngineException>(
            () => Restorer.Load(broken, new RestorerOptions { Device = "cpu" }));

        Assert.Contains("noise.onnx", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_RouteWhoseGraphCannotBeBuilt_FailsItsFramesOnly()
    {
        var package = new TestPackage().Write(Path.Combine(_directory, "package"));
        var broken = PackageWriter.Write(
            Path.Combine(_directory, "broken"),
            package.Manifest,
            [.. package.Manifest.Files.Select(file => file.Path == "snow.onnx"
                ? PackageContent.FromBytes(file.Path, new byte[] { 8, 10 })
                : PackageContent.FromFile(file.Path, package.GetPath(file.Path)))]);
        using var restorer = Restorer.Load(broken, new RestorerOptions { Device = "cpu" });
        using var input = TestFrames.Create(64, 48, Degradation.Snow);
        using var output = Frames.Frame.Rent(64, 48, Frames.PixelFormat.Rgb24);

        foreach (var (route, expected) in new[]
        {
            (Degradation.Snow, RestoreError.Engine), (Degradation.Noise, RestoreError.None),
            (Degradation.Snow, RestoreError.Engine),
        })
        {
            var router = restorer.CreateRouter(LoadedPackage.Fixed(route));
            Assert.Equal(expected, restorer.Restore(input, output, router, 1, default).Error);
        }

        var snow = restorer.ReadRoutes().Single(route => route.Degradation == Degradation.Snow);
        Assert.False(snow.IsReady);
        Assert.Contains("snow.onnx", snow.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Preload_GraphOfTheFirstUnbuiltRouteIsBroken_BuildsTheRest()
    {
        var package = new TestPackage().Write(Path.Combine(_directory, "package"));
        var second = package.Manifest.Routes[1];
        var broken = PackageWriter.Write(
            Path.Combine(_directory, "broken"),
            package.Manifest,
            [.. package.Manifest.Files.Select(file => file.Path == second.File
                ? PackageContent.FromBytes(file.Path, new byte[] { 8, 10 })
                : PackageContent.FromFile(file.Path, package.GetPath(file.Path)))]);
        using var restorer = Restorer.Load(broken, new RestorerOptions { Device = "cpu" });
        Assert.Equal([package.Manifest.Routes[0].Degradation], ReadyRoutes(restorer));

        restorer.Preload(default);

        Assert.Equal(
            package.Manifest.Routes.Select(route => route.Degradation).Where(route => route != second.Degradation),
            ReadyRoutes(restorer));
        var fault = Assert.Single(restorer.ReadRoutes(), route => route.Fault is not null);
        Assert.Equal(second.Degradation, fault.Degradation);
    }

    [Fact]
    public void Preload_CancelledOrDisposed_BuildsNothing()
    {
        using var loaded = new LoadedPackage();

        Assert.Throws<OperationCanceledException>(() => loaded.Restorer.Preload(new CancellationToken(true)));

        Assert.Single(ReadyRoutes(loaded.Restorer));
        loaded.Restorer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => loaded.Restorer.Preload(default));
    }

    [Fact]
    public void Load_Preload_BuildsEveryEngine()
    {
        using var loaded = new LoadedPackage(options: new RestorerOptions { Device = "cpu", Preload = true });

        Assert.All(loaded.Restorer.ReadRoutes(), route => Assert.True(route.IsReady));
    }

    private static IEnumerable<Degradation> ReadyRoutes(Restorer restorer) =>
        restorer.ReadRoutes().Where(route => route.IsReady).Select(route => route.Degradation);

    [Fact]
    public void RestorerOptions_Defaults_ArePinned()
    {
        Assert.Equal(
            new RestorerOptions
            {
                Device = "auto",
                Threads = 0,
                ConcurrentRunCount = 0,
                TokensEveryFrames = 1,
                MaxFramePixels = 12_582_912,
                Preload = false,
                OnnxRuntimeDirectory = null,
            },
            new RestorerOptions());
        Assert.Equal(
            new RoutingOptions
            {
                FixedRoute = null,
                Allowed = null,
                ClassifyEveryFrames = 8,
                Threshold = null,
                Smoothing = 0.5,
                HysteresisCount = 3,
                CrossFadeFrameCount = 4,
            },
            new RoutingOptions());
    }
}
