using System.Globalization;
using EdgeRestore.Frames;

namespace EdgeRestore.Drawing;

/// <summary>Curves over two axes with a legend: training curves, mostly.</summary>
public sealed class LinePlot(string title, string xName, string yName)
{
    private const int Scale = 2;

    private readonly List<(string Name, (double X, double Y)[] Points)> _series = [];

    /// <summary>Adds a curve; points that are not finite are left out.</summary>
    public void Add(string name, IEnumerable<(double X, double Y)> points) =>
        _series.Add((name, [.. points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))]));

    /// <summary>Draws the plot; the caller disposes the frame.</summary>
    public Frame Render(int width = 1200, int height = 700)
    {
        var line = Canvas.TextHeight(Scale) + 6;
        var legendWidth = _series.Select(series => Canvas.MeasureText(series.Name, Scale)).DefaultIfEmpty().Max() + 50;
        var area = new Area(line + 90, line + 16, width - legendWidth - 10, height - (2 * line) - 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Right - area.Left, 50, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThan(area.Bottom - area.Top, 50, nameof(height));
        var all = _series.SelectMany(series => series.Points).ToList();
        var x = Axis.Over(all.Select(point => point.X));
        var y = Axis.Over(all.Select(point => point.Y));

        var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        var canvas = new Canvas(frame);
        canvas.Clear(Rgb.White);
        canvas.DrawText(area.Left, 8, title, Rgb.Black, Scale);
        DrawAxes(canvas, area, x, y);
        var nameX = (area.Left + area.Right - Canvas.MeasureText(xName, Scale)) / 2;
        var nameY = (area.Top + area.Bottom + Canvas.MeasureText(yName, Scale)) / 2;
        canvas.DrawText(nameX, height - line, xName, Rgb.Black, Scale);
        canvas.DrawTextUpwards(6, nameY, yName, Rgb.Black, Scale);
        for (var index = 0; index < _series.Count; index++)
        {
            var colour = Rgb.Series[index % Rgb.Series.Count];
            var (name, points) = _series[index];
            for (var point = 0; point < points.Length; point++)
            {
                // A curve of one point shows as a dot.
                var (from, to) = (points[Math.Max(0, point - 1)], points[point]);
                canvas.DrawLine(
                    area.X(x.Share(from.X)), area.Y(y.Share(from.Y)), area.X(x.Share(to.X)), area.Y(y.Share(to.Y)),
                    colour, 2.0);
            }

            var legendY = area.Top + (index * line);
            var middle = legendY + (line / 2) - 4;
            canvas.DrawLine(area.Right + 12, middle, area.Right + 34, middle, colour, 3.0);
            canvas.DrawText(area.Right + 42, legendY, name, Rgb.Black, Scale);
        }

        return frame;
    }

    private static void DrawAxes(Canvas canvas, Area area, Axis x, Axis y)
    {
        var grid = new Rgb(225, 225, 225);
        foreach (var tick in x.Ticks())
        {
            var position = area.X(x.Share(tick));
            canvas.DrawLine(position, area.Top, position, area.Bottom, grid);
            var text = x.Format(tick);
            var left = (int)position - (Canvas.MeasureText(text, Scale) / 2);
            canvas.DrawText(left, area.Bottom + 10, text, Rgb.Black, Scale);
        }

        foreach (var tick in y.Ticks())
        {
            var position = area.Y(y.Share(tick));
            canvas.DrawLine(area.Left, position, area.Right, position, grid);
            var text = y.Format(tick);
            var top = (int)position - (Canvas.TextHeight(Scale) / 2);
            canvas.DrawText(area.Left - Canvas.MeasureText(text, Scale) - 6, top, text, Rgb.Black, Scale);
        }

        canvas.DrawLine(area.Left, area.Bottom, area.Right, area.Bottom, Rgb.Gray);
        canvas.DrawLine(area.Left, area.Top, area.Left, area.Bottom, Rgb.Gray);
    }

    // Pixels of the plotting area; shares run from 0 at the lower left to 1 at the upper right.
    private readonly record struct Area(int Left, int Top, int Right, int Bottom)
    {
        public double X(double share) => Left + (share * (Right - Left));

        public double Y(double share) => Bottom - (share * (Bottom - Top));
    }

    /// <summary>
    /// A range that ends on round ticks: steps of 1, 2 or 5 times a power of ten, five to ten of them.
    /// </summary>
    internal readonly record struct Axis(double Low, double High, double Step)
    {
        public static Axis Over(IEnumerable<double> values)
        {
            var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
            foreach (var value in values)
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }

            if (low > high)
            {
                (low, high) = (0.0, 1.0);
            }
            else if (high - low <= Math.Abs(high) * 1e-9)
            {
                (low, high) = (low - 0.5, high + 0.5);
            }

            var power = Math.Pow(10.0, Math.Floor(Math.Log10((high - low) / 5.0)));
            var step = new[] { 1.0, 2.0, 5.0, 10.0 }.First(factor => (high - low) / (factor * power) <= 10.0) * power;
            return new Axis(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, step);
        }

        public double Share(double value) => (value - Low) / (High - Low);

        public IEnumerable<double> Ticks()
        {
            for (var index = 0; Low + (index * Step) <= High + (Step * 0.01); index++)
            {
                yield return Low + (index * Step);
            }
        }

        public string Format(double tick)
        {
            var digits = Math.Clamp((int)-Math.Floor(Math.Log10(Step) + 1e-9), 0, 9);
            return Math.Abs(High) >= 10_000 && Step >= 1000
                ? (tick / 1000).ToString("0.###", CultureInfo.InvariantCulture) + "k"
                : tick.ToString($"F{digits}", CultureInfo.InvariantCulture);
        }
    }
}
