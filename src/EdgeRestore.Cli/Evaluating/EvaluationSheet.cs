using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Drawing;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>The contact sheet of an evaluation: clean, degraded and restored, one degradation a row.</summary>
internal static class EvaluationSheet
{
    // The protocol's crops are square but for a few; fifteen rows of them still fit a screen's width.
    private const int CellPixels = 208;

    public static byte[] ToPng(SheetPictures pictures)
    {
        using var sheet = new ContactSheet(["clean", "degraded", "restored"], CellPixels, CellPixels);
        foreach (var picture in pictures.Rows)
        {
            var scored = picture.Scored;
            sheet.AddRow(
                scored.Case,
                (picture.Clean, ""),
                (picture.Degraded, $"{scored.Before.Psnr:F1} dB"),
                (picture.Restored, $"{scored.After.Psnr:F1} {Outcome(scored)}"));
        }

        using var frame = sheet.Render();
        return ImageCodec.Encode(frame, ImageFileFormat.Png);
    }

    // A caption has room for few words: what went as it should needs none.
    private static string Outcome(ScoredFrame scored) => scored switch
    {
        { Bypassed: true } => "dB, passed",
        { IsMisrouted: true } => $"as {scored.Route.ToName()}",
        _ => "dB",
    };
}
