using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// All frames of an evaluation as PNG files in a folder that goes with it: for baselines, which are other programs, and
/// for the best and the worst, which are known only at the end.
/// </summary>
internal sealed class KeptFrames : IDisposable
{
    public const string Clean = "clean";
    public const string Degraded = "degraded";
    public const string Restored = "restored";

    private const int ThumbnailPixels = 224;

    /// <summary>The folder; a frame is KIND/NUMBER.png.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("edgerestore-evaluation-").FullName;

    /// <summary>How many cases there are.</summary>
    public int Count { get; private set; }

    public static string FileOf(string kind, int index) => Path.Combine(kind, $"{index:D5}.png");

    /// <summary>Keeps a case under the next number.</summary>
    public void Keep(EvalCase given, Frame restored)
    {
        Save(Clean, given.Clean);
        Save(Degraded, given.Degraded);
        Save(Restored, restored);
        Count++;

        void Save(string kind, Frame frame)
        {
            Directory.CreateDirectory(Path.Combine(Folder, kind));
            ImageCodec.Save(frame, Path.Combine(Folder, FileOf(kind, Count)));
        }
    }

    /// <summary>A frame that was kept, or that a baseline wrote; the caller disposes it.</summary>
    public Frame Load(string kind, int index) => ImageCodec.Load(Path.Combine(Folder, FileOf(kind, index)));

    /// <summary>The same as a small JPEG file's bytes.</summary>
    public byte[] Thumbnail(string kind, int index)
    {
        using var frame = Load(kind, index);
        var scale = Math.Min(1, (double)ThumbnailPixels / Math.Max(frame.Width, frame.Height));
        using var small = Resampler.Resize(
            frame, Math.Max(1, (int)(frame.Width * scale)), Math.Max(1, (int)(frame.Height * scale)));
        return ImageCodec.Encode(small, ImageFileFormat.Jpeg);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
