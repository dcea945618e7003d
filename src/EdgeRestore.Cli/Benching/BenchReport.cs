using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;
using EdgeRestore.Drawing;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Benching;

/// <summary>What a package gives on this machine: table, picture, JSON.</summary>
internal sealed record BenchReport
{
    public const string PictureName = "bench.png";
    public const string JsonName = "bench.json";

    private const int PanelWidth = 1200;
    private const int PanelHeight = 420;
    private const int BarHeight = 26;

    public required string Package { get; init; }

    public required string Device { get; init; }

    /// <summary>Cores that this process may use.</summary>
    public required int Cores { get; init; }

    public required string Processor { get; init; }

    /// <summary>From opening the package to its first frame restored, milliseconds.</summary>
    public required double FirstFrameMs { get; init; }

    public required double PeakMiB { get; init; }

    public required double Seconds { get; init; }

    public required IReadOnlyList<BenchCell> Cells { get; init; }

    public void Show(Screen screen)
    {
        screen.Line($"{Package} on {Device}, {Cores} cores, {Processor}");
        screen.Table(
            ["varied", "route", "precision", "size", "threads", "frames/s", "p50 ms", "p99 ms", "frames", "memory MiB"],
            [.. Cells.Select(cell => (string[])
            [
                cell.Group,
                cell.Route,
                cell.Precision,
                cell.Size,
                $"{cell.Threads}",
                cell.FrameCount > 0 ? $"{cell.FramesPerSecond:F1}" : "-",
                cell.FrameCount > 0 ? $"{cell.MedianMs:F1}" : "-",
                cell.FrameCount > 0 ? $"{cell.P99Ms:F1}" : "-",
                $"{cell.FrameCount}",
                cell.FrameCount > 0 ? $"{cell.ResidentMiB:F0}" : "-",
            ])],
            textColumns: 3);
        foreach (var cell in Cells.Where(cell => cell.Reason is not null))
        {
            screen.Remark($"{cell.Route} at {cell.Size}, {cell.Threads} threads, was not measured: {cell.Reason}");
        }

        screen.Line(
            $"First frame {FirstFrameMs:F0} ms after opening the package; memory {PeakMiB:F0} MiB at most; measured in "
            + $"{Seconds:F0} s. auto classifies as in service; clear passes through. What serving adds: "
            + "./edgerestore benchmark.");
    }

    /// <summary>Frames a second by size, by threads and by route, one below the other; the caller disposes
    /// it.</summary>
    public Frame Draw()
    {
        var panels = new List<Frame>();
        try
        {
            var measured = Cells.Where(cell => cell.FrameCount > 0).ToList();
            var sizes = measured.Where(cell => cell.Group == "size").OrderBy(Megapixels).ToList();
            panels.Add(Curve($"{Package} on {Device}: frames/s by size ({sizes.FirstOrDefault()?.Route})", "megapixels",
                sizes.Select(cell => (Megapixels(cell), cell.FramesPerSecond))));
            var threads = measured.Where(cell => cell.Group == "threads")
                .Concat(sizes.Where(size => measured.Exists(cell => cell.Group == "threads" && cell.Size == size.Size)))
                .OrderBy(cell => cell.Threads).ToList();
            if (threads.Count > 1)
            {
                panels.Add(Curve($"frames/s by threads ({threads[0].Route}, {threads[0].Size})", "threads",
                    threads.Select(cell => ((double)cell.Threads, cell.FramesPerSecond))));
            }

            panels.Add(Bars("route", cell => cell.Route, [.. measured.Where(cell => cell.Group == "route")]));
            if (measured.Exists(cell => cell.Group == "precision"))
            {
                panels.Add(
                    Bars("precision", cell => cell.Precision, [.. measured.Where(cell => cell.Group == "precision")]));
            }

            var whole = Frame.Rent(PanelWidth, panels.Sum(panel => panel.Height), PixelFormat.Rgb24);
            var canvas = new Canvas(whole);
            canvas.Clear(Rgb.White);
            var top = 0;
            foreach (var panel in panels)
            {
                canvas.DrawFrame(panel, 0, top);
                top += panel.Height;
            }

            return whole;
        }
        finally
        {
            panels.ForEach(panel => panel.Dispose());
        }
    }

    public void Write(OutputFolder folder)
    {
        using var picture = Draw();
        folder.Write(PictureName, ImageCodec.Encode(picture, ImageFileFormat.Png));
        folder.Write(JsonName, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(this, Screen.JsonOptions));
    }

    private static double Megapixels(BenchCell cell) => cell.Width * cell.Height / 1e6;

    private static Frame Curve(string title, string x, IEnumerable<(double X, double Y)> points)
    {
        var plot = new LinePlot(title, x, "frames/s");
        plot.Add("frames/s", points);
        return plot.Render(PanelWidth, PanelHeight);
    }

    // One bar each, its figure beside it.
    private static Frame Bars(string varied, Func<BenchCell, string> nameOf, IReadOnlyList<BenchCell> routes)
    {
        const int left = 220;
        const int right = 180;
        const int scale = 2;
        var frame = Frame.Rent(PanelWidth, 60 + (BarHeight * Math.Max(1, routes.Count)), PixelFormat.Rgb24);
        var canvas = new Canvas(frame);
        canvas.Clear(Rgb.White);
        canvas.DrawText(left, 10, $"frames/s by {varied} ({routes.FirstOrDefault()?.Size})", Rgb.Black, scale);
        // Frames that pass through are copies: their rate would make all other bars vanish.
        var most = routes.Where(cell => cell.Route != "clear").Select(cell => cell.FramesPerSecond).DefaultIfEmpty(1)
            .Max();
        for (var index = 0; index < routes.Count; index++)
        {
            var cell = routes[index];
            var top = 44 + (index * BarHeight);
            var length = (int)(Math.Min(1, cell.FramesPerSecond / most) * (PanelWidth - left - right));
            canvas.DrawText(left - 12 - Canvas.MeasureText(nameOf(cell), scale), top, nameOf(cell), Rgb.Black, scale);
            canvas.FillRectangle(left, top, Math.Max(1, length), BarHeight - 8, Rgb.Series[0]);
            canvas.DrawText(left + length + 8, top, $"{cell.FramesPerSecond:F1}", Rgb.Black, scale);
        }

        return frame;
    }
}
