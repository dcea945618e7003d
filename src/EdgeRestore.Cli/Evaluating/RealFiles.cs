using EdgeRestore.Cli.Restoring;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// Photographs that came degraded, with no clean one beside them: what is decided for each, and NIQE over all of them before
/// and after.
/// </summary>
internal static class RealFiles
{
    private const int ThumbnailSide = 360;

    /// <exception cref="EdgeRestoreException">A file cannot be read or restored.</exception>
    public static RealFilesSummary Measure(Restorer restorer, string folder, CancellationToken token)
    {
        var (before, after) = (new Niqe(), new Niqe());
        List<RealFile> files = [];
        foreach (var image in InputImages.Find([folder]))
        {
            token.ThrowIfCancellationRequested();
            using var input = ImageCodec.Load(image.Path);
            using var output = Frame.Rent(input.Width, input.Height, PixelFormat.Rgb24);
            var router = restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 1 });
            var result = restorer.Restore(input, output, router, strength: 1, token);
            if (result.Detail is not null)
            {
                throw new EdgeRestoreException($"'{image.Path}' could not be restored: {result.Detail}");
            }

            before.Add(input);
            after.Add(output);
            files.Add(new RealFile(
                image.RelativeName, input.Width, input.Height, result.Route.ToName(), result.Confidence, result.Bypassed)
            {
                Pictures = (Thumbnail(input), Thumbnail(output)),
            });
        }

        return new RealFilesSummary(before.Score(), after.Score(), files);
    }

    private static byte[] Thumbnail(Frame frame)
    {
        var longSide = Math.Max(frame.Width, frame.Height);
        if (longSide <= ThumbnailSide)
        {
            return ImageCodec.Encode(frame, ImageFileFormat.Jpeg);
        }

        using var small = Resampler.Resize(
            frame,
            Math.Max(1, frame.Width * ThumbnailSide / longSide),
            Math.Max(1, frame.Height * ThumbnailSide / longSide));
        return ImageCodec.Encode(small, ImageFileFormat.Jpeg);
    }
}

/// <param name="NiqeBefore">Of all files together; not a number where they have too few blocks.</param>
/// <param name="NiqeAfter">The same of what was restored.</param>
/// <param name="Files">In the order of their names.</param>
internal sealed record RealFilesSummary(double NiqeBefore, double NiqeAfter, IReadOnlyList<RealFile> Files);

/// <summary>What was decided for one file.</summary>
internal sealed record RealFile(string Name, int Width, int Height, string Route, float Confidence, bool Bypassed)
{
    /// <summary>JPEG, small: before and after.</summary>
    internal (byte[] Before, byte[] After) Pictures { get; init; }
}
