using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Foreign;

/// <summary>Images of a folder for a foreign graph: as they are, in the size that the graph takes.</summary>
/// <param name="Calibrated">What ranges are taken from.</param>
/// <param name="Judged">Others, to judge on.</param>
/// <param name="Remarks">What was left out and why.</param>
internal sealed record ForeignFrames(
    IReadOnlyList<CalibrationFrame> Calibrated, IReadOnlyList<JudgedFrame> Judged, IReadOnlyList<string> Remarks)
{
    // Pyramids halve an image five times, and those that add what they enlarged want it to come out even.
    private const int SideMultiple = 32;

    // One frame in four is kept for judging; more are looked at, since some are copies or of one colour.
    private const int JudgedShare = 4;
    private const int MostJudged = 8;
    private const int LookedAt = 3;

    /// <summary>Chooses evenly over the folder.</summary>
    /// <param name="folder">Images, also in folders inside.</param>
    /// <param name="graph">Says the size, where it is fixed: images are scaled to cover it, and their middle is
    /// taken.</param>
    /// <param name="side">Longest side of the middle that is taken where the graph takes any size.</param>
    /// <param name="count">Most frames to calibrate with.</param>
    /// <param name="report">Told how many images were looked at, of how many.</param>
    /// <param name="token">Ends the search between two images.</param>
    public static ForeignFrames Choose(
        string folder, ForeignGraph graph, int side, int count, Action<int, int> report, CancellationToken token)
    {
        if (!Directory.Exists(folder))
        {
            throw new CalibrationException($"There is no folder '{folder}'. Give one with images, or a video.");
        }

        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(ImageCodec.IsImageFile)
            .Order(StringComparer.Ordinal).ToList();
        files = Evenly.Take(files, count * LookedAt);
        var remarks = new List<string>();
        var kept = new List<(ScannedFrame Scanned, string Sha256)>();
        for (var index = 0; index < files.Count; index++)
        {
            token.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(folder, files[index]);
            try
            {
                using var frame = Load(files[index], graph, side);
                var scanned = new ScannedFrame(files[index], name, Degradation.Clear, ScannedFrame.ThumbnailOf(frame));
                if (ScannedFrame.IsConstant(frame))
                {
                    remarks.Add($"{name}: left out, it has one colour and shows no network anything");
                }
                else if (kept.Find(other => scanned.IsCopyOf(other.Scanned)).Scanned is { } copy)
                {
                    remarks.Add($"{name}: left out, nearly the same as {copy.Name}");
                }
                else
                {
                    kept.Add((scanned, FrameSelection.HashOf(frame)));
                }
            }
            catch (EdgeRestoreException exception)
            {
                remarks.Add($"{name}: left out, {exception.Message}");
            }

            report(index + 1, files.Count);
        }

        if (kept.Count < 2)
        {
            throw new CalibrationException(
                $"'{folder}' has too few images: found {files.Count}, of which {kept.Count} are of use"
                + $"{(remarks.Count > 0 ? $" ({remarks[0]})" : "")}. Needed are 2 or more that differ, better 20: some "
                + "to calibrate with and others to judge on.");
        }

        bool IsJudged(int index) => index % JudgedShare == Math.Min(JudgedShare, kept.Count) - 1;
        return new(
            [
                .. Evenly.Take([.. kept.Where((_, index) => !IsJudged(index))], count)
                    .Select(frame => new CalibrationFrame(
                    frame.Scanned.Name, Degradation.Clear, frame.Sha256, () => Load(frame.Scanned.Path, graph, side))),
            ],
            [
                .. Evenly.Take([.. kept.Where((_, index) => IsJudged(index))], MostJudged)
                    .Select(frame => new JudgedFrame(
                    frame.Scanned.Name, Degradation.Clear, () => Load(frame.Scanned.Path, graph, side), null)),
            ],
            remarks);
    }

    private static Frame Load(string path, ForeignGraph graph, int side)
    {
        var frame = ImageCodec.Load(path);
        var (width, height) = (SideOf(graph.Width, frame.Width, side), SideOf(graph.Height, frame.Height, side));
        if (width == 0 || height == 0)
        {
            using (frame)
            {
                throw new CalibrationException(
                    $"{frame.Width}x{frame.Height} is too small, both sides need {SideMultiple} pixels");
            }
        }

        // What is smaller than the size that the graph wants, and what is larger where all of it counts, is scaled to
        // cover.
        if (graph.Width is not null || graph.Height is not null)
        {
            var factor = Math.Max((double)width / frame.Width, (double)height / frame.Height);
            var scaled = Resampler.Resize(
                frame, Math.Max(width, (int)Math.Round(frame.Width * factor)),
                Math.Max(height, (int)Math.Round(frame.Height * factor)));
            frame.Dispose();
            frame = scaled;
        }

        using (frame)
        {
            return Middle(frame, width, height);
        }
    }

    private static int SideOf(long? wanted, int found, int most) =>
        wanted is { } size ? (int)size : Math.Min(found, Math.Max(most, SideMultiple)) / SideMultiple * SideMultiple;

    private static Frame Middle(Frame frame, int width, int height)
    {
        var middle = Frame.Rent(width, height, PixelFormat.Rgb24);
        var (left, top) = ((frame.Width - width) / 2, (frame.Height - height) / 2);
        for (var y = 0; y < height; y++)
        {
            frame.Pixels.Slice((((top + y) * frame.Width) + left) * 3, width * 3)
                .CopyTo(middle.Pixels[(y * width * 3)..]);
        }

        return middle;
    }
}
