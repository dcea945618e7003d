using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Quantization.Selection;

/// <summary>Looks through images and says what each is good for.</summary>
/// <remarks>
/// A folder named like a degradation (<c>noise</c>, <c>low-light_noise</c>) settles what its images are; the package's
/// own classifier decides about the others.
/// </remarks>
internal sealed class FrameScan(Restorer restorer, int minSidePixels)
{
    // Beyond that a folder is sampled evenly: a day of video has two million frames, and they are alike.
    private const int MaxFileCount = 4096;

    private readonly List<string> _remarks = [];

    /// <summary>What was left out and why, for people.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Frames that can be used, by name, without copies.</summary>
    public IReadOnlyList<ScannedFrame> Run(string folder, Action<int, int>? report, CancellationToken token)
    {
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(ImageCodec.IsImageFile)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (files.Count > MaxFileCount)
        {
            _remarks.Add($"{files.Count} images: every {(double)files.Count / MaxFileCount:F1}th is looked at.");
            files = Evenly.Take(files, MaxFileCount);
        }

        var kept = new List<ScannedFrame>();
        var unsure = 0;
        for (var index = 0; index < files.Count; index++)
        {
            token.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(folder, files[index]);
            try
            {
                using var frame = ImageCodec.Load(files[index]);
                if (Judge(files[index], name, frame) is { } scanned)
                {
                    if (kept.Find(other =>
                        other.Degradation == scanned.Degradation && scanned.IsCopyOf(other)) is { } copy)
                    {
                        _remarks.Add($"{name}: left out, nearly the same as {copy.Name}");
                    }
                    else
                    {
                        kept.Add(scanned);
                    }
                }
                else
                {
                    unsure++;
                }
            }
            catch (ImageException exception)
            {
                _remarks.Add($"{name}: left out, {exception.Message}");
            }

            report?.Invoke(index + 1, files.Count);
        }

        if (unsure > 0 && kept.Count > 0)
        {
            _remarks.Add($"{unsure} of {files.Count} images were of no use for calibration.");
        }

        return kept;
    }

    private ScannedFrame? Judge(string path, string name, Frame frame)
    {
        if (frame.Width < minSidePixels || frame.Height < minSidePixels)
        {
            _remarks.Add(
                $"{name}: left out, {frame.Width}x{frame.Height} is too small, both sides need {minSidePixels} pixels");
            return null;
        }

        if (ScannedFrame.IsConstant(frame))
        {
            _remarks.Add($"{name}: left out, it has one colour and shows no network anything");
            return null;
        }

        if ((NameOf(name) ?? Classify(frame)) is { } degradation)
        {
            return new ScannedFrame(path, name, degradation, ScannedFrame.ThumbnailOf(frame));
        }

        _remarks.Add($"{name}: left out, the classifier is not sure what is wrong with it; a folder named like the "
            + "degradation settles it");
        return null;
    }

    // The innermost folder that is named like a degradation.
    private static Degradation? NameOf(string name)
    {
        foreach (var part in name.Split('/')[..^1].Reverse())
        {
            if (DegradationNames.TryParse(part.Replace('_', '+'), out var degradation))
            {
                return degradation;
            }
        }

        return null;
    }

    private Degradation? Classify(Frame frame)
    {
        // Strength 0: the frame is classified and passes through.
        var router = restorer.CreateRouter(new RoutingOptions { ClassifyEveryFrames = 1, Threshold = 0 });
        using var output = Frame.Rent(frame.Width, frame.Height, PixelFormat.Rgb24);
        var result = restorer.Restore(frame, output, router, strength: 0, CancellationToken.None);
        if (result.Error != RestoreError.None)
        {
            throw new EdgeRestoreException($"A frame could not be classified ({result.Error}): {result.Detail}");
        }

        return result.Confidence >= restorer.Package.Manifest.Classifier.Threshold ? result.Route : null;
    }
}
