using EdgeRestore.Frames;

namespace EdgeRestore.Drawing;

/// <summary>Pictures in rows and columns, with names at both edges and a caption under each.</summary>
/// <remarks>Pictures are scaled and copied when they are added; the caller keeps its frames.</remarks>
public sealed class ContactSheet : IDisposable
{
    private const int Gap = 6;
    private const int Scale = 2;

    private readonly IReadOnlyList<string> _columns;
    private readonly int _cellWidth;
    private readonly int _cellHeight;
    private readonly List<(string Name, List<(Frame Picture, string Caption)> Cells)> _rows = [];

    /// <param name="columns">Names over the columns.</param>
    /// <param name="cellWidth">Pixels for a picture.</param>
    /// <param name="cellHeight">Pixels for a picture.</param>
    public ContactSheet(IReadOnlyList<string> columns, int cellWidth = 256, int cellHeight = 256)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(cellWidth, 16);
        ArgumentOutOfRangeException.ThrowIfLessThan(cellHeight, 16);
        _columns = columns;
        _cellWidth = cellWidth;
        _cellHeight = cellHeight;
    }

    /// <summary>Adds a row; missing cells stay empty.</summary>
    /// <param name="name">Name at the left edge.</param>
    /// <param name="cells">Rgb24 frames with their captions, at most one per column.</param>
    public void AddRow(string name, params ReadOnlySpan<(Frame Picture, string Caption)> cells)
    {
        if (cells.Length > _columns.Count)
        {
            throw new ArgumentException(
                $"Row '{name}' has {cells.Length} pictures; the sheet has {_columns.Count} columns.", nameof(cells));
        }

        var copies = new List<(Frame, string)>();
        foreach (var (picture, caption) in cells)
        {
            copies.Add((Fit(picture), caption));
        }

        _rows.Add((name, copies));
    }

    /// <summary>Draws the sheet; the caller disposes the frame.</summary>
    public Frame Render(string title = "")
    {
        var line = Canvas.TextHeight(Scale) + Gap;
        var nameWidth = _rows.Select(row => Canvas.MeasureText(row.Name, Scale)).DefaultIfEmpty().Max() + (2 * Gap);
        var header = (title.Length > 0 ? 2 * line : line) + Gap;
        var (stepX, stepY) = (_cellWidth + Gap, _cellHeight + line + Gap);
        var width = Math.Max(nameWidth + (_columns.Count * stepX), Canvas.MeasureText(title, Scale) + (2 * Gap));
        var sheet = Frame.Rent(width, header + (Math.Max(1, _rows.Count) * stepY), PixelFormat.Rgb24);
        var canvas = new Canvas(sheet);
        canvas.Clear(Rgb.White);
        canvas.DrawText(Gap, Gap, title, Rgb.Black, Scale);
        for (var column = 0; column < _columns.Count; column++)
        {
            canvas.DrawText(nameWidth + (column * stepX), header - line, Shorten(_columns[column]), Rgb.Black, Scale);
        }

        for (var row = 0; row < _rows.Count; row++)
        {
            var top = header + (row * stepY);
            canvas.DrawText(Gap, top + (_cellHeight / 2) - (line / 2), _rows[row].Name, Rgb.Black, Scale);
            for (var column = 0; column < _rows[row].Cells.Count; column++)
            {
                var (picture, caption) = _rows[row].Cells[column];
                var left = nameWidth + (column * stepX);
                canvas.DrawFrame(
                    picture, left + ((_cellWidth - picture.Width) / 2), top + ((_cellHeight - picture.Height) / 2));
                canvas.DrawText(left, top + _cellHeight + (Gap / 2), Shorten(caption), Rgb.Black, Scale);
            }
        }

        return sheet;
    }

    public void Dispose()
    {
        foreach (var (_, cells) in _rows)
        {
            cells.ForEach(cell => cell.Picture.Dispose());
        }

        _rows.Clear();
    }

    private Frame Fit(Frame picture)
    {
        // Whole numbers: the side that limits takes the cell's length, the other keeps the proportion.
        var (width, height) = ((long)picture.Width, (long)picture.Height);
        return width * _cellHeight >= height * _cellWidth
            ? Resampler.Resize(picture, _cellWidth, (int)Math.Max(1, height * _cellWidth / width))
            : Resampler.Resize(picture, (int)Math.Max(1, width * _cellHeight / height), _cellHeight);
    }

    private string Shorten(string text)
    {
        var room = _cellWidth / Canvas.MeasureText("x", Scale);
        return text.Length <= room ? text : text[..Math.Max(0, room - 1)] + "~";
    }
}
