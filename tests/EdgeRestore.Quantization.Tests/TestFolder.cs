using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.TestPackages;

namespace EdgeRestore.Quantization.Tests;

/// <summary>A temporary folder with images drawn from seeds.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("edgerestore-quantization-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    public string PathOf(string name) => Path.Combine(_path, name);

    /// <summary>
    /// Smooth waves whose phase the seed decides; red and green tell the test classifier a degradation.
    /// </summary>
    public void SaveScene(
        string name, int seed, Degradation? degradation = null, int width = 96, int height = 80, int grain = 0)
    {
        using var frame = DrawScene(seed, width, height, degradation, grain);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        ImageCodec.Save(frame, PathOf(name));
    }

    public void SaveConstant(string name, int width, int height)
    {
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        frame.Pixels.Fill(90);
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        ImageCodec.Save(frame, PathOf(name));
    }

    public static Frame DrawScene(int seed, int width, int height, Degradation? degradation = null, int grain = 0)
    {
        var prng = new Prng((ulong)seed);
        var (phase, slope) = (prng.NextDouble(0, 6), prng.NextDouble(0.05, 0.25));
        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var index = 0; index < frame.LengthBytes; index++)
        {
            var (x, y, channel) = (index / 3 % width, index / 3 / width, index % 3);
            var wave = 128 + (100 * Math.Sin((x * slope) + (y * slope / 2) + phase + channel));
            frame.Pixels[index] = (degradation, channel) switch
            {
                ({ } known, 0) => (byte)TestFrames.RedOf(known),
                ({ }, 1) => 254,
                _ => (byte)Math.Clamp(wave + prng.NextInt32(0, grain + 1), 0, 255),
            };
        }

        return frame;
    }
}
