using EdgeRestore.Codecs;
using EdgeRestore.Drawing;
using EdgeRestore.Frames;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Search;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Reporting;

/// <summary>
/// A folder with what a search found: <c>quantization.json</c>, <c>worst.png</c>, <c>report.html</c>.
/// </summary>
internal static class ReportFolder
{
    public const string JsonName = "quantization.json";
    public const string SheetName = "worst.png";
    public const string PageName = "report.html";

    // A difference of one level in 255 shows as this many.
    private const int Amplification = 16;

    // Where two results differ most, at native resolution.
    private const int CropSide = 128;

    /// <summary>Writes all of it.</summary>
    public static void Write(
        string folder, PackageOutcome outcome, ModelPackage source, IReadOnlyList<RouteForm> forms,
        IReadOnlyList<JudgedFrame> judged, int threads)
    {
        using var sheet = DrawWorst(source, forms, judged, threads);
        WholeFile.Write(Path.Combine(folder, JsonName), stream => stream.Write(outcome.ToJson()));
        var picture = ImageCodec.Encode(sheet, ImageFileFormat.Png);
        WholeFile.Write(Path.Combine(folder, SheetName), stream => stream.Write(picture));
        Render(folder);
    }

    /// <summary>Makes the page again from what lies in the folder.</summary>
    public static PackageOutcome Render(string folder)
    {
        var outcome = PackageOutcome.Load(Path.Combine(folder, JsonName));
        var sheet = Path.Combine(folder, SheetName);
        var page = ReportPage.Render(outcome, File.Exists(sheet) ? File.ReadAllBytes(sheet) : null);
        WholeFile.Write(Path.Combine(folder, PageName), stream => stream.Write(page));
        return outcome;
    }

    private static Frame DrawWorst(
        ModelPackage source, IReadOnlyList<RouteForm> forms, IReadOnlyList<JudgedFrame> judged, int threads)
    {
        using var sheet = new ContactSheet(["input", "FP32", "this form", $"difference x{Amplification}"], 192, 192);
        foreach (var form in forms.Where(form => form.Outcome.IsTaken))
        {
            var graph = Onnx.OnnxFile.Read(source.GetPath(form.Outcome.File));
            using var judge = new RouteJudge(
                graph, JudgedFrame.Of(judged, source.Manifest, form.Outcome.File), threads);
            var (name, degraded, reference, result) = judge.FindWorst(form.Judged, threads);
            using (result)
            {
                var (left, top) = FindWorstCrop(reference, result);
                using var input = Crop(degraded, left, top);
                using var before = Crop(reference, left, top);
                using var after = Crop(result, left, top);
                using var difference = Amplify(before, after);
                var label = $"{Path.GetFileNameWithoutExtension(form.Outcome.File)} {form.Outcome.Precision}";
                sheet.AddRow(label, (input, name), (before, ""), (after, ""), (difference, ""));
            }
        }

        return sheet.Render("The frames that change most, where they change most");
    }

    private static (int Left, int Top) FindWorstCrop(Frame reference, Frame result)
    {
        var (best, bestError) = ((0, 0), -1L);
        for (var top = 0; top == 0 || top + CropSide <= reference.Height; top += CropSide / 2)
        {
            for (var left = 0; left == 0 || left + CropSide <= reference.Width; left += CropSide / 2)
            {
                using var before = Crop(reference, left, top);
                using var after = Crop(result, left, top);
                var error = 0L;
                for (var index = 0; index < before.LengthBytes; index++)
                {
                    var difference = before.Pixels[index] - after.Pixels[index];
                    error += difference * difference;
                }

                if (error > bestError)
                {
                    (best, bestError) = ((left, top), error);
                }
            }
        }

        return best;
    }

    private static Frame Crop(Frame frame, int left, int top)
    {
        var (width, height) = (Math.Min(CropSide, frame.Width - left), Math.Min(CropSide, frame.Height - top));
        var crop = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            frame.Pixels.Slice((((top + y) * frame.Width) + left) * 3, width * 3)
                .CopyTo(crop.Pixels[(y * width * 3)..]);
        }

        return crop;
    }

    private static Frame Amplify(Frame before, Frame after)
    {
        var difference = Frame.Rent(before.Width, before.Height, PixelFormat.Rgb24);
        for (var index = 0; index < before.LengthBytes; index++)
        {
            difference.Pixels[index] =
                (byte)Math.Clamp(128 + ((after.Pixels[index] - before.Pixels[index]) * Amplification), 0, 255);
        }

        return difference;
    }
}
