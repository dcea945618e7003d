using System.Diagnostics;
using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Cli.Restoring;

/// <summary>Restores one image after another into an output folder; a failing one does not stop the others.</summary>
internal sealed class RestoreRun
{
    // Visually lossless, and what the restored detail is worth; PNG is there for those who want every bit.
    private const int EncodingQuality = 95;

    private readonly Restorer _restorer;
    private readonly OutputFolder _output;
    private readonly RestoreSettings _settings;
    private readonly bool _compare;
    private readonly bool _overwrite;

    public RestoreRun(Restorer restorer, OutputFolder output, RestoreSettings settings, bool compare, bool overwrite)
    {
        _restorer = restorer;
        _output = output;
        _settings = settings;
        _compare = compare;
        _overwrite = overwrite;
    }

    /// <exception cref="EdgeRestoreException">The output folder holds results of other settings, or the disk is
    /// full.</exception>
    public Task<IReadOnlyList<RestoredImage>> RestoreAsync(
        IReadOnlyList<InputImage> images, StepProgress steps, CancellationToken token) =>
        Task.Run(() => Restore(images, steps, token), token);

    /// <summary>All that is written for an input, the result first.</summary>
    public static IEnumerable<string> NamesOf(string relativeName, bool compare) =>
        compare ? [NameOfResult(relativeName), NameOfComparison(relativeName)] : [NameOfResult(relativeName)];

    /// <summary>
    /// The name of a result: the input's own, or with .png added where nothing writes the input's format.
    /// </summary>
    private static string NameOfResult(string relativeName) => ImageCodec.FormatOf(relativeName) switch
    {
        ImageFileFormat.Jpeg or ImageFileFormat.Png or ImageFileFormat.WebP => relativeName,
        _ => relativeName + ".png",
    };

    private static string NameOfComparison(string relativeName) => relativeName + ".compare.png";

    private IReadOnlyList<RestoredImage> Restore(
        IReadOnlyList<InputImage> images, StepProgress steps, CancellationToken token)
    {
        var results = new List<RestoredImage>(images.Count);
        foreach (var image in images)
        {
            token.ThrowIfCancellationRequested();
            results.Add(RestoreOne(image, token));
            steps.Advance(image.RelativeName);
        }

        return results;
    }

    private RestoredImage RestoreOne(InputImage image, CancellationToken token)
    {
        var name = NameOfResult(image.RelativeName);
        try
        {
            var target = _output.Resolve(name);
            var comparison = _compare ? NameOfComparison(image.RelativeName) : null;
            if (!_overwrite
                && IsDone(target, image.Path)
                && (comparison is null || IsDone(_output.Resolve(comparison), image.Path)))
            {
                return new RestoredImage { Name = name, Outcome = RestoreOutcome.Skipped };
            }

            using var before = ImageCodec.Load(image.Path, out var file);
            using var after = Frame.Rent(before.Width, before.Height, PixelFormat.Rgb24);
            var router = _restorer.CreateRouter(
                new RoutingOptions { FixedRoute = _settings.Route, ClassifyEveryFrames = 1 });
            var started = Stopwatch.GetTimestamp();
            var result = _restorer.Restore(before, after, router, _settings.Strength, token);
            var elapsed = Stopwatch.GetElapsedTime(started);
            if (result.Error == RestoreError.Canceled)
            {
                throw new OperationCanceledException(token);
            }

            // A result that is no picture counts as failed too: a copy of the input under its name would pass for
            // restored.
            if (result.Detail is { } fault)
            {
                return Failed(name, fault);
            }

            // The comparison first: the result itself is what tells a later run that this image is done.
            if (comparison is not null)
            {
                _output.Write(comparison, Comparison.ToPng(before, after));
            }

            _output.Write(name, ImageCodec.EncodeLike(file, after, ImageCodec.FormatOf(name), EncodingQuality));
            return new RestoredImage
            {
                Name = name,
                Outcome = result.Bypassed ? RestoreOutcome.Bypassed : RestoreOutcome.Restored,
                Route = result.Route.ToName(),
                Confidence = result.Confidence,
                Width = before.Width,
                Height = before.Height,
                Milliseconds = elapsed.TotalMilliseconds,
            };
        }
        catch (DiskFullException)
        {
            throw;
        }
        catch (EdgeRestoreException exception)
        {
            return Failed(name, exception.Message);
        }
    }

    private static RestoredImage Failed(string name, string error) =>
        new() { Name = name, Outcome = RestoreOutcome.Failed, Error = error };

    private static bool IsDone(string result, string input) =>
        File.Exists(result) && File.GetLastWriteTimeUtc(result) >= File.GetLastWriteTimeUtc(input);
}
