using EdgeRestore.Codecs;
using EdgeRestore.Drawing;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// Of each case the frames that gained most, least, and in the middle: degraded and restored side by side.
/// </summary>
internal static class ExtremesSheet
{
    private const int CellPixels = 160;

    public static byte[] ToPng(KeptFrames kept, IReadOnlyList<ScoredFrame> frames)
    {
        using var sheet = new ContactSheet(
            ["best, degraded", "restored", "median, degraded", "restored", "worst, degraded", "restored"],
            CellPixels, CellPixels);
        foreach (var group in frames.Index().GroupBy(pair => pair.Item.Case))
        {
            var pictures = new List<(Frame Picture, string Caption)>();
            foreach (var (index, frame) in Extremes.Of(group))
            {
                pictures.Add((kept.Load(KeptFrames.Degraded, index), $"{frame.Before.Psnr:F1} dB"));
                pictures.Add((kept.Load(KeptFrames.Restored, index), $"{frame.After.Psnr:F1} {Outcome(frame)}"));
            }

            sheet.AddRow(group.Key, [.. pictures]);
            pictures.ForEach(picture => picture.Picture.Dispose());
        }

        using var drawn = sheet.Render();
        return ImageCodec.Encode(drawn, ImageFileFormat.Png);
    }

    private static string Outcome(ScoredFrame frame) => frame switch
    {
        { Bypassed: true } => "passed",
        { IsMisrouted: true } => "wrong",
        _ => "dB",
    };
}
