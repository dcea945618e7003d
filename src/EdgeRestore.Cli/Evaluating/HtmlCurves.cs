using System.Globalization;
using System.Net;
using System.Text;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Curves of an evaluation as SVG inside HTML.</summary>
internal static class HtmlCurves
{
    private const int Side = 150;
    private const int Margin = 26;
    private const int Columns = 5;
    private const int ReliabilitySide = 320;
    private const int BinCount = 10;

    /// <summary>A small curve per case: gains in dB, best first, all to one scale.</summary>
    public static string Gains(IReadOnlyList<ScoredFrame> frames)
    {
        var cases = frames.GroupBy(frame => frame.Case)
            .Select(group => (Name: group.Key, Gains: group.Select(GainOf).OrderDescending().ToList())).ToList();
        var high = Math.Max(1, cases.Max(one => one.Gains[0]));
        var low = Math.Min(-1, cases.Min(one => one.Gains[^1]));
        var rows = (cases.Count + Columns - 1) / Columns;
        var svg = Open("gains", Columns * (Side + Margin), rows * (Side + Margin));
        foreach (var (index, (name, gains)) in cases.Index())
        {
            var left = (index % Columns * (Side + Margin)) + Margin;
            var top = (index / Columns * (Side + Margin)) + 16;
            double Y(double gain) => top + ((high - gain) / (high - low) * (Side - 16));
            double X(int frame) => left + ((frame + 0.5) / gains.Count * (Side - 8));
            svg.Append(Line(left, Y(0), left + Side - 8, Y(0)));
            svg.Append(Label(left, top - 4, name));
            svg.Append(Label(left - Margin, Y(high) + 8, Number(high))).Append(
                Label(left - Margin, Y(low), Number(low)));
            svg.Append("<polyline fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"2\" points=\"");
            svg.AppendJoin(' ', gains.Select((gain, frame) => $"{Number(X(frame))},{Number(Y(gain))}")).Append("\"/>");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Accuracy of routing over confidence, in bins of a tenth; empty bins have no point.</summary>
    public static string Reliability(IReadOnlyList<ScoredFrame> frames)
    {
        var svg = Open("reliability", ReliabilitySide + (2 * Margin), ReliabilitySide + (2 * Margin));
        double X(double confidence) => Margin + (confidence * ReliabilitySide);
        double Y(double share) => Margin + ((1 - share) * ReliabilitySide);
        svg.Append(Line(X(0), Y(0), X(1), Y(1))).Append(Line(X(0), Y(0), X(1), Y(0)))
            .Append(Line(X(0), Y(0), X(0), Y(1)));
        svg.Append(Label(X(0), Y(0) + 16, "confidence 0")).Append(Label(X(1) - 8, Y(0) + 16, "1"));
        svg.Append(Label(0, Y(1) - 8, "right 1"));
        var bins = frames.GroupBy(frame => Math.Min(BinCount - 1, (int)(frame.Confidence * BinCount)))
            .OrderBy(bin => bin.Key)
            .Select(bin => (
                Confidence: bin.Average(frame => frame.Confidence),
                Share: bin.Average(frame => frame.IsMisrouted ? 0.0 : 1.0),
                Count: bin.Count()))
            .ToList();
        svg.Append("<polyline fill=\"none\" stroke=\"var(--accent)\" stroke-width=\"2\" points=\"");
        svg.AppendJoin(' ', bins.Select(bin => $"{Number(X(bin.Confidence))},{Number(Y(bin.Share))}")).Append("\"/>");
        foreach (var bin in bins)
        {
            svg.Append(
                CultureInfo.InvariantCulture, $"<circle r=\"4\" fill=\"var(--accent)\" cx=\"{X(bin.Confidence):F1}\" ")
                .Append(CultureInfo.InvariantCulture, $"cy=\"{Y(bin.Share):F1}\"/>")
                .Append(Label(X(bin.Confidence) - 8, Y(bin.Share) - 8, $"{bin.Count}"));
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static double GainOf(ScoredFrame frame) => frame.After.Psnr - frame.Before.Psnr;

    private static StringBuilder Open(string id, int width, int height) => new(
        $"<svg id=\"{id}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">");

    private static string Line(double x1, double y1, double x2, double y2) =>
        $"<line x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\" "
        + "stroke=\"var(--line)\"/>";

    private static string Label(double x, double y, string text) =>
        $"<text x=\"{Number(x)}\" y=\"{Number(y)}\">{WebUtility.HtmlEncode(text)}</text>";

    private static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);
}
