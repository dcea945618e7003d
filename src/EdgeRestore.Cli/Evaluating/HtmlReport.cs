using System.Globalization;
using System.Net;
using System.Text;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>An evaluation as one HTML file that needs nothing beside it: figures, curves, confusion, frames.</summary>
internal sealed class HtmlReport(EvaluationReport report, KeptFrames kept, VideoSection? video = null)
{
    public const string Name = "evaluation.html";

    private const string Style = """
        :root { color-scheme: light dark; --ink: light-dark(#1c2024, #e8eaed); --paper: light-dark(#fff, #16191d);
          --line: light-dark(#d8dce0, #3a4047); --faint: light-dark(#5a6572, #9aa5b1); --accent: light-dark(#0b6bcb, #5aa9f5);
          --bad: light-dark(#c0392b, #ff8a7a); }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem;
          margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
        table { border-collapse: collapse; font-variant-numeric: tabular-nums; } .wide { overflow-x: auto; }
        th, td { padding: .2rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
        th { font-weight: 600; color: var(--faint); } td:first-child, th:first-child { text-align: left; }
        td.bad { color: var(--bad); } p, figcaption { color: var(--faint); } dl { display: grid;
          grid-template-columns: max-content 1fr; gap: .1rem 1rem; } dt { color: var(--faint); } dd { margin: 0;
          overflow-wrap: anywhere; }
        .frames { display: grid; grid-template-columns: repeat(3, 1fr); gap: 1rem; } figure { margin: 0; }
        figure div { display: grid; grid-template-columns: repeat(3, 1fr); gap: 2px; } figure img { width: 100%; height: auto; }
        svg { max-width: 100%; height: auto; } svg text { fill: var(--faint); font: 11px system-ui, sans-serif; }
        """;

    private readonly StringBuilder _page = new();

    public string Render()
    {
        Raw($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Text(report.Package)}, ");
        Raw($"{Text(report.Protocol)}</title><meta name=\"viewport\" content=\"width=device-width\">");
        Raw($"<style>{Style}</style></head><body>\n<h1>{Text(report.Package)}, {Text(report.Protocol)}</h1>\n");
        AddFacts();
        AddCases();
        AddCurves();
        AddConfusion();
        AddWrongRoutes();
        AddSecond();
        AddOthers();
        AddVideo();
        AddReal();
        AddFrames();
        Raw("</body></html>\n");
        return _page.ToString();
    }

    private void AddFacts()
    {
        var (summary, machine) = (report.Summary, Machine.Current);
        var harm = summary.Harm;
        (string Name, string Value)[] facts =
        [
            ("Package", $"{report.Package}, SHA-256 of its manifest {report.PackageSha256}"),
            ("Device", $"{report.Device}; {machine.Processor}, {machine.Cores} cores, {machine.OperatingSystem}"),
            ("Command", report.Command ?? "-"),
            ("Convention", report.Convention),
            ("Frames", $"{report.Frames.Count}"),
            ("Routing", $"{Number(summary.RoutingAccuracy * 100, "F1")} % right"),
            ("Harm", $"{harm.FrameCount} frames misrouted, or passed through although degraded: PSNR "
                + $"{Signed(harm.MeanPsnrChange)} dB on average, {Signed(harm.WorstPsnrChange)} dB at worst"),
        ];
        Raw("<dl>");
        foreach (var (name, value) in facts)
        {
            Raw($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");
        }

        Raw("</dl>\n");
    }

    private void AddCases() => AddTable(
        "Cases",
        ["given", "route taken", "of", "right", "passed", "PSNR in", "out", "gain dB", "SSIM in", "out", "ms/frame"],
        report.Summary.Cases.Select(row => (string[])
        [
            row.Case,
            row.MainRoute,
            $"{row.MainRouteCount}/{row.FrameCount}",
            $"{row.RightRouteCount}",
            $"{row.BypassedCount}",
            Number(row.Before.Psnr, "F2"),
            Number(row.After.Psnr, "F2"),
            Signed(row.After.Psnr - row.Before.Psnr),
            Number(row.Before.Ssim, "F4"),
            Number(row.After.Ssim, "F4"),
            Number(row.Milliseconds, "F0"),
        ]));

    private void AddCurves()
    {
        Raw("<h2>Curves</h2>\n<p>Gain of each frame in dB, best first, per case; below the line a frame has lost.</p>");
        Raw(HtmlCurves.Gains(report.Frames));
        Raw("<p>Part of the frames routed right, by the classifier's confidence: on the diagonal it is as sure as it is ");
        Raw("right. Numbers are counts of frames.</p>");
        Raw(HtmlCurves.Reliability(report.Frames));
    }

    private void AddConfusion()
    {
        var names = DegradationNames.All.Select(degradation => degradation.ToName()).ToList();
        Raw("<h2>Confusion</h2>\n<p>Rows were given, columns were taken.</p>\n<div class=\"wide\"><table id=\"confusion\"><tr><th>given</th>");
        names.ForEach(name => Raw($"<th>{Text(name)}</th>"));
        Raw("</tr>");
        foreach (var (given, row) in report.Summary.Confusion.Index())
        {
            Raw($"<tr><td>{Text(names[given])}</td>");
            foreach (var (taken, count) in row.Index())
            {
                // How much of the row stands here is its shade.
                var share = count / (double)Math.Max(1, row.Sum());
                var colour = given == taken ? "var(--accent)" : "var(--bad)";
                Raw($"<td style=\"background: color-mix(in srgb, {colour} {Number(share * 60, "F0")}%, transparent)\">");
                Raw($"{(count == 0 ? "" : $"{count}")}</td>");
            }

            Raw("</tr>");
        }

        Raw("</table></div>\n");
    }

    private void AddWrongRoutes()
    {
        if (report.WrongRoutes is not { } changes)
        {
            return;
        }

        var names = DegradationNames.All.Select(degradation => degradation.ToName()).ToList();
        var routes = names.Where(name => changes.Values.Any(row => row.ContainsKey(name))).ToList();
        AddTable(
            "Change of PSNR in dB by every route: rows were given, columns were forced",
            [.. routes.Prepend("given")],
            names.Where(changes.ContainsKey).Select(given => (string[])
                [given, .. routes.Select(route => changes[given].TryGetValue(route, out var change) ? Signed(change) : "")]));
    }

    private void AddSecond()
    {
        if (report.Second is not { } second)
        {
            return;
        }

        AddTable(
            $"Under {second.Protocol}: other formulas over the same photographs",
            ["given", "right", "PSNR in", "out", "gain dB", "gain kept %"],
            second.Cases.Select(row => (string[])
            [
                row.Case, $"{row.RightRouteCount}/{row.FrameCount}", Number(row.Before.Psnr, "F2"),
                Number(row.After.Psnr, "F2"), Signed(row.After.Psnr - row.Before.Psnr),
                row.GainKept is { } part ? Number(part * 100, "F0") : "",
            ]));
        Raw($"<p>{Text(second.Verdict())}</p>\n");
    }

    private void AddVideo()
    {
        if (video is null)
        {
            return;
        }

        AddTable(
            $"Moving pictures: {video.Title}",
            ["given", "sequences", "warping error 1e-3 clean", "in", "out", "flicker", "jumps in", "out", "route switches"],
            video.Sequences.GroupBy(sequence => sequence.Case).Select(group => (string[])
            [
                group.Key,
                $"{group.Count()}",
                Mean(group.Average(sequence => sequence.WarpingErrorClean * 1000)),
                Mean(group.Average(sequence => sequence.WarpingErrorIn * 1000)),
                Mean(group.Average(sequence => sequence.WarpingErrorOut * 1000)),
                Mean(group.Average(sequence => sequence.Flicker)),
                Mean(group.Average(sequence => sequence.JumpsIn)),
                Mean(group.Average(sequence => sequence.JumpsOut)),
                $"{group.Sum(sequence => sequence.RouteSwitchCount)}",
            ]));
        Raw($"<p>{Text(video.Convention)}.</p>\n");

        static string Mean(double? mean) => mean is { } value ? Number(value, "F2") : "";
    }

    private void AddReal()
    {
        if (report.Real is not { } real)
        {
            return;
        }

        Raw($"<h2>Photographs that came degraded</h2>\n<p>NIQE over all of them (smaller is better): ");
        Raw($"{Number(real.NiqeBefore, "F2")} before, {Number(real.NiqeAfter, "F2")} after. Each as it came and restored.</p>");
        Raw("<div class=\"frames\">");
        foreach (var file in real.Files)
        {
            Raw("<figure><div>");
            foreach (var picture in (byte[][])[file.Pictures.Before, file.Pictures.After])
            {
                Raw($"<img loading=\"lazy\" alt=\"{Text(file.Name)}\" src=\"data:image/jpeg;base64,");
                Raw($"{Convert.ToBase64String(picture)}\">");
            }

            Raw($"</div><figcaption>{Text(file.Name)}: {Text(file.Route)}, confidence {Number(file.Confidence, "F2")}");
            Raw($"{(file.Bypassed ? ", passed through" : "")}</figcaption></figure>");
        }

        Raw("</div>\n");
    }

    private void AddOthers()
    {
        if (report.Baselines is { } baselines)
        {
            AddTable(
                "Beside classical methods that are told the degradation's name: PSNR",
                ["given", "method", "identity", "classical", "package", "ahead by dB"],
                baselines.Select(row => (string[])
                [
                    row.Case, row.Method, Number(row.IdentityPsnr, "F2"), Number(row.BaselinePsnr, "F2"),
                    Number(row.PackagePsnr, "F2"), Signed(row.Ahead),
                ]));
            Raw($"<p>{Text(BaselineSummary.Verdict(baselines))}</p>\n");
        }

        if (report.Unsnapped is { } unsnapped)
        {
            AddTable(
                "Prompts snapped to their class and not: PSNR",
                ["given", "identity", "snapped", "unsnapped", "difference dB"],
                unsnapped.Select(row => (string[])
                [
                    row.Case, Number(row.IdentityPsnr, "F2"), Number(row.SnappedPsnr, "F2"),
                    Number(row.UnsnappedPsnr, "F2"), Signed(row.UnsnappedPsnr - row.SnappedPsnr),
                ]));
            Raw($"<p>{Text(UnsnappedPrompts.Convention)}.</p>\n");
        }

        if (report.Niqe is { } niqe)
        {
            AddTable(
                "NIQE over all frames of a case (smaller is better)",
                ["given", "clean", "degraded", "restored"],
                niqe.Select(row => (string[])
                    [row.Case, Number(row.Clean, "F2"), Number(row.Degraded, "F2"), Number(row.Restored, "F2")]));
        }
    }

    private void AddFrames()
    {
        Raw("<h2>Best, median and worst frames</h2>\n<p>Of each case by gain: clean, degraded, restored.</p>\n");
        foreach (var group in report.Frames.Index().GroupBy(pair => pair.Item.Case))
        {
            Raw($"<h3>{Text(group.Key)}</h3>\n<div class=\"frames\">");
            foreach (var (index, frame) in Extremes.Of(group))
            {
                Raw("<figure><div>");
                foreach (var kind in (string[])[KeptFrames.Clean, KeptFrames.Degraded, KeptFrames.Restored])
                {
                    Raw($"<img loading=\"lazy\" alt=\"{kind}\" src=\"data:image/jpeg;base64,");
                    Raw($"{Convert.ToBase64String(kept.Thumbnail(kind, index))}\">");
                }

                Raw($"</div><figcaption>{Text(frame.Photograph)}: {Number(frame.Before.Psnr, "F1")} → ");
                Raw($"{Number(frame.After.Psnr, "F1")} dB as {Text(frame.Route.ToName())}");
                Raw($"{(frame.Bypassed ? ", passed through" : "")}</figcaption></figure>");
            }

            Raw("</div>\n");
        }
    }

    // Text stays text; a figure below zero is marked.
    private void AddTable(string title, string[] headers, IEnumerable<string[]> rows)
    {
        Raw($"<h2>{Text(title)}</h2>\n<div class=\"wide\"><table><tr>");
        Raw(string.Concat(headers.Select(header => $"<th>{Text(header)}</th>")) + "</tr>");
        foreach (var row in rows)
        {
            Raw("<tr>" + string.Concat(row.Select(cell =>
                $"<td{(cell.StartsWith('-') && cell.Length > 1 ? " class=\"bad\"" : "")}>{Text(cell)}</td>")) + "</tr>");
        }

        Raw("</table></div>\n");
    }

    private void Raw(string markup) => _page.Append(markup);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static string Signed(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
