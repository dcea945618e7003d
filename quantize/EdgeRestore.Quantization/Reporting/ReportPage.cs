using System.Globalization;
using System.Net;
using System.Text;
using EdgeRestore.Quantization.Search;

namespace EdgeRestore.Quantization.Reporting;

/// <summary>The report as one page that needs nothing else: no scripts, no fonts, no files.</summary>
internal static class ReportPage
{
    private const int ShownTensors = 20;

    // Under it one step of 8 bits is seen at the output, where the tensor is on the way there alone.
    private const double LowSqnrDecibels = 30;

    private const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:70em;margin:2em auto;padding:0 1em;color:#222}
        h1{font-size:1.5em}h2{margin-top:2em;border-bottom:1px solid #ccc}
        .verdict{font-size:1.2em;padding:.8em 1em;background:#eef6ee;border-left:5px solid #2a7d2a}
        .verdict.no{background:#f8eeee;border-color:#a33}
        table{border-collapse:collapse;margin:.5em 0}
        td,th{padding:.15em .8em .15em 0;text-align:right;vertical-align:top}
        td:first-child,th:first-child,td.text,th.text{text-align:left}th{border-bottom:1px solid #999}
        .bar{display:inline-block;height:.7em;background:#0072b2}.low{color:#a33}img{max-width:100%}
        small{color:#666}
        """;

    public static byte[] Render(PackageOutcome outcome, byte[]? sheet)
    {
        var page = new StringBuilder();
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
            .Append(Text($"Quantisation of {outcome.Package}")).Append("</title><style>").Append(Style)
            .Append("</style></head><body>\n");
        page.Append("<h1>").Append(Text($"Quantisation of {outcome.Package} for {outcome.Device}")).Append("</h1>\n");
        page.Append(outcome.Routes.Any(route => route.IsTaken) ? "<p class=\"verdict\">" : "<p class=\"verdict no\">")
            .Append(Text(outcome.Verdict)).Append("</p>\n");
        AppendBasis(page, outcome);
        AppendRoutes(page, outcome);
        if (sheet is not null)
        {
            page.Append("<h2>The frames that change most</h2>\n<p>A crop of each, at native resolution, where FP32's "
                + "result and the form's differ most. Grey in the last column is no difference.</p>\n<img alt=\"Crops "
                + "of the frames that change most\" src=\"data:image/png;base64,")
                .Append(Convert.ToBase64String(sheet)).Append("\">\n");
        }

        foreach (var route in outcome.Routes)
        {
            AppendRoute(page, route);
        }

        page.Append("</body></html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static void AppendBasis(StringBuilder page, PackageOutcome outcome)
    {
        var settings = outcome.Settings;
        page.Append("<p><small>").Append(Text(string.Create(CultureInfo.InvariantCulture,
            $"Calibrated with {outcome.CalibrationFrames} frames ({settings.Method}), judged on others. Allowed: "
            + $"{settings.MaxDrop:F2} dB of PSNR on average for each degradation, {settings.MaxWorstDrop:F2} dB on any "
            + $"frame, {settings.MaxSsimDrop:F4} of SSIM. Speed: {outcome.MeasuredOn}, median of "
            + $"{settings.SpeedRounds} runs in turns with FP32. The forms take "
            + $"{outcome.FormBytes / 1e6:F2} MB beside the FP32 package's {outcome.SourceBytes / 1e6:F2} MB. Package "
            + $"SHA-256 {outcome.PackageSha256}."))).Append("</small></p>\n");
    }

    private static void AppendRoutes(StringBuilder page, PackageOutcome outcome)
    {
        page.Append("<h2>Networks</h2>\n");
        Table(
            page,
            [
                "network", "form", "for", "FP32 ms", "ms", "times as fast", "8-bit convolutions", "dB lost",
                "worst frame", "SSIM lost", "dB to FP32", "why",
            ],
            outcome.Routes.Select(route => (string[])
            [
                route.File, route.Precision, route.Provider, F(route.ReferenceMs, 1), F(route.Ms, 1),
                F(route.Speedup, 2),
                $"{route.QuantizedCount} of {route.ConvolutionCount}", F(route.Drop, 3),
                F(route.Costs.Max(cost => cost.WorstDrop), 3), F(route.Costs.Max(cost => cost.SsimDrop), 4),
                F(route.Costs.Min(cost => cost.PsnrBetween), 1), route.Reason,
            ]),
            textColumns: [0, 1, 2, 11]);
    }

    private static void AppendRoute(StringBuilder page, RouteOutcome route)
    {
        page.Append("<h2>").Append(Text($"{route.File}, {route.Provider}")).Append("</h2>\n");
        page.Append("<h3>By degradation</h3>\n");
        Table(
            page,
            [
                "degradation", "frames", "FP32 dB", "dB lost", "worst frame loses", "SSIM lost", "dB to FP32",
                "frame that changes most",
            ],
            route.Costs.Select(cost => (string[])
            [
                cost.Degradation, $"{cost.Frames}", F(cost.PsnrReference, 2), F(cost.Drop, 3), F(cost.WorstDrop, 3),
                F(cost.SsimDrop, 4), F(cost.PsnrBetween, 1), cost.WorstFrame,
            ]),
            textColumns: [0, 7]);
        page.Append("<h3>Decisions and their price</h3>\n");
        Table(
            page, ["tried", "dB lost", "dB to FP32", "decision"],
            route.Steps.Select(step => (string[])[step.What, F(step.Drop, 3), F(step.PsnrBetween, 1), step.Decision]),
            textColumns: [0, 3]);
        AppendSensitivity(page, route);
        AppendTensors(page, route);
        if (route.FloatNodes.Length > 0)
        {
            page.Append("<p>In floating point by decision: ").Append(Text(string.Join(", ", route.FloatNodes)))
                .Append("</p>\n");
        }
    }

    private static void AppendSensitivity(StringBuilder page, RouteOutcome route)
    {
        if (route.Sensitivity.Length == 0)
        {
            return;
        }

        // Squared error against FP32's output, one group in 8 bits at a time: a share of the whole, as they add up.
        static double Error(GroupSensitivity group) => Math.Pow(10, -group.LeastPsnr / 10);
        var total = route.Sensitivity.Sum(Error);
        page.Append("<h3>Where the decibels go</h3>\n<p>Each group alone in 8 bits; its share of the summed square "
            + "error.</p>\n<table><tr><th>group</th><th>convolutions</th><th>dB to FP32</th><th>share</th><th "
            + "class=\"text\"></th></tr>\n");
        foreach (var group in route.Sensitivity)
        {
            var share = total > 0 ? Error(group) / total : 0;
            page.Append(CultureInfo.InvariantCulture,
                $"<tr><td>{Text(group.Name)}</td><td>{group.Convolutions}</td>"
                + $"<td>{group.LeastPsnr:F1}</td><td>{share:P0}</td>"
                + $"<td class=\"text\"><span class=\"bar\" style=\"width:{share * 20:F2}em\"></span></td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void AppendTensors(StringBuilder page, RouteOutcome route)
    {
        if (route.Tensors.Length == 0)
        {
            return;
        }

        var low = route.Tensors.Count(tensor => tensor.SqnrDecibels < LowSqnrDecibels);
        page.Append("<h3>Tensors</h3>\n<p>").Append(Text(
            $"{route.Tensors.Length} tensors have a range, {low} of them less than {LowSqnrDecibels} dB of signal over "
            + $"the noise of 8 bits; the {Math.Min(ShownTensors, route.Tensors.Length)} with the least:")).Append(
                "</p>\n");
        Table(
            page, ["tensor", "dB", "seen from", "to", "kept from", "to", "clipped"],
            route.Tensors.OrderBy(tensor => tensor.SqnrDecibels).Take(ShownTensors).Select(tensor => (string[])
            [
                tensor.Name, F(tensor.SqnrDecibels, 1), G(tensor.Min), G(tensor.Max), G(tensor.Low), G(tensor.High),
                tensor.ClippedShare.ToString("P3", CultureInfo.InvariantCulture),
            ]),
            textColumns: [0]);
    }

    private static void Table(
        StringBuilder page, string[] headers, IEnumerable<string[]> rows, IReadOnlyList<int> textColumns)
    {
        page.Append("<table><tr>");
        for (var column = 0; column < headers.Length; column++)
        {
            page.Append(textColumns.Contains(column) ? "<th class=\"text\">" : "<th>").Append(Text(headers[column]))
                .Append("</th>");
        }

        page.Append("</tr>\n");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            for (var column = 0; column < row.Length; column++)
            {
                page.Append(textColumns.Contains(column) ? "<td class=\"text\">" : "<td>").Append(Text(row[column]))
                    .Append("</td>");
            }

            page.Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string F(double? value, int digits) =>
        value is { } number ? number.ToString($"F{digits}", CultureInfo.InvariantCulture) : "";

    private static string G(float value) => value.ToString("G4", CultureInfo.InvariantCulture);
}
