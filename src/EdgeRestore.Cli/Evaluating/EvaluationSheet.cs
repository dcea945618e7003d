using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Drawing;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>The contact sheet of an evaluation: clean, degraded and restored, one degradation a row.</summary>
internal static class EvaluationSheet
{
    public static byte[] ToPng(SheetPictures pictures)
    {
        using var sheet = new ContactSheet(["clean", "degraded", "restored"], cellWidth: 256, cellHeight: 176);
        foreach (var picture in pictures.Rows)
        {
            var scored = picture.Scored;
            var route = scored.Bypassed ? $"{scored.Route.ToName()}, passed" : scored.Route.ToName();
            sheet.AddRow(
                scored.Case,
                (picture.Clean, ""),
                (picture.Degraded, Caption(scored.Before)),
                (picture.Restored, $"{scored.After.Psnr:F1} {route}"));
        }

        using var frame = sheet.Render();
        return ImageCodec.Encode(frame, ImageFileFormat.Png);
    }

    private static string Caption(Quality quality) => $"{quality.Psnr:F1} dB";
}
