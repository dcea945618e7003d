using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Inference.Tests;

/// <summary>A test package in a temporary folder and a restorer over it.</summary>
internal sealed class LoadedPackage : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("edgerestore-inference-").FullName;

    public LoadedPackage(TestPackage? package = null, RestorerOptions? options = null)
    {
        var written = (package ?? new TestPackage()).Write(Path.Combine(_directory, "package"));
        Restorer = Restorer.Load(written, options ?? new RestorerOptions { Device = "cpu" });
    }

    public Restorer Restorer { get; }

    public static RoutingOptions Fixed(Degradation route) => new() { FixedRoute = route };

    /// <summary>Restores a painted frame.</summary>
    /// <returns>The result and the output's blue level, which is the same everywhere.</returns>
    public (RestoreResult Result, byte Blue) Restore(
        StreamRouter router, Degradation degradation, bool isCertain = true, byte blue = 0, float strength = 1,
        int width = 64, int height = 48)
    {
        using var input = TestFrames.Create(width, height, degradation, isCertain, blue);
        using var output = Frame.Rent(width, height, PixelFormat.Rgb24);
        output.Pixels.Fill(0xAB);
        var result = Restorer.Restore(input, output, router, strength, CancellationToken.None);

        var pixels = output.Pixels;
        for (var offset = TestFrames.BlueOffset; offset < pixels.Length; offset += 3)
        {
            Assert.Equal(pixels[TestFrames.BlueOffset], pixels[offset]);
        }

        return (result, pixels[TestFrames.BlueOffset]);
    }

    public void Dispose()
    {
        Restorer.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
