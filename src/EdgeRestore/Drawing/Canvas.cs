using EdgeRestore.Frames;

namespace EdgeRestore.Drawing;

/// <summary>Draws onto an Rgb24 frame that somebody else owns. What falls outside of it is cut off.</summary>
public sealed class Canvas
{
    private readonly Frame _frame;

    public Canvas(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException($"Drawing works on Rgb24; found {frame.Format}.", nameof(frame));
        }

        _frame = frame;
    }

    /// <summary>Width in pixels of a text at a scale.</summary>
    public static int MeasureText(string text, int scale = 1) => text.Length * BitmapFont.CellWidth * scale;

    /// <summary>Height in pixels of a line of text at a scale.</summary>
    public static int TextHeight(int scale = 1) => BitmapFont.CellHeight * scale;

    public void Clear(Rgb colour) => FillRectangle(0, 0, _frame.Width, _frame.Height, colour);

    public void FillRectangle(int left, int top, int width, int height, Rgb colour)
    {
        var (right, bottom) = (Math.Min(left + width, _frame.Width), Math.Min(top + height, _frame.Height));
        for (var y = Math.Max(0, top); y < bottom; y++)
        {
            for (var x = Math.Max(0, left); x < right; x++)
            {
                Set(x, y, colour);
            }
        }
    }

    /// <summary>Writes one line of ASCII; its upper left corner is the point given.</summary>
    public void DrawText(int left, int top, string text, Rgb colour, int scale = 1)
    {
        foreach (var (x, y) in SetCells(text))
        {
            FillRectangle(left + (x * scale), top + (y * scale), scale, scale, colour);
        }
    }

    /// <summary>Writes one line upwards, as for an axis; its lower left corner is the point given.</summary>
    public void DrawTextUpwards(int left, int bottom, string text, Rgb colour, int scale = 1)
    {
        foreach (var (x, y) in SetCells(text))
        {
            FillRectangle(left + (y * scale), bottom - ((x + 1) * scale), scale, scale, colour);
        }
    }

    /// <summary>A straight line with smooth edges.</summary>
    public void DrawLine(double x0, double y0, double x1, double y1, Rgb colour, double thickness = 1.0)
    {
        var half = (thickness / 2.0) + 0.5;
        var (directionX, directionY) = (x1 - x0, y1 - y0);
        var lengthSquared = Math.Max(1e-12, (directionX * directionX) + (directionY * directionY));
        var left = Math.Max(0, (int)Math.Floor(Math.Min(x0, x1) - half));
        var right = Math.Min(_frame.Width - 1, (int)Math.Ceiling(Math.Max(x0, x1) + half));
        var top = Math.Max(0, (int)Math.Floor(Math.Min(y0, y1) - half));
        var bottom = Math.Min(_frame.Height - 1, (int)Math.Ceiling(Math.Max(y0, y1) + half));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var along = Math.Clamp((((x - x0) * directionX) + ((y - y0) * directionY)) / lengthSquared, 0.0, 1.0);
                var (offsetX, offsetY) = (x - x0 - (along * directionX), y - y0 - (along * directionY));
                var cover = half - Math.Sqrt((offsetX * offsetX) + (offsetY * offsetY));
                if (cover > 0.0)
                {
                    Blend(x, y, colour, Math.Min(1.0, cover));
                }
            }
        }
    }

    /// <summary>Copies a frame; its upper left corner is the point given.</summary>
    public void DrawFrame(Frame source, int left, int top)
    {
        ArgumentNullException.ThrowIfNull(source);
        var start = Math.Max(0, -left);
        var width = Math.Min(source.Width, _frame.Width - left) - start;
        for (var y = Math.Max(0, -top); width > 0 && y < Math.Min(source.Height, _frame.Height - top); y++)
        {
            source.Pixels.Slice(((y * source.Width) + start) * 3, width * 3)
                .CopyTo(_frame.Pixels[((((top + y) * _frame.Width) + left + start) * 3)..]);
        }
    }

    private void Set(int x, int y, Rgb colour)
    {
        var pixel = _frame.Pixels.Slice(((y * _frame.Width) + x) * 3, 3);
        (pixel[0], pixel[1], pixel[2]) = (colour.Red, colour.Green, colour.Blue);
    }

    private void Blend(int x, int y, Rgb colour, double share)
    {
        var pixel = _frame.Pixels.Slice(((y * _frame.Width) + x) * 3, 3);
        pixel[0] = Mix(pixel[0], colour.Red);
        pixel[1] = Mix(pixel[1], colour.Green);
        pixel[2] = Mix(pixel[2], colour.Blue);

        byte Mix(byte below, byte above) => (byte)(below + ((above - below) * share) + 0.5);
    }

    // The dots of a line of text, from its upper left corner.
    private static IEnumerable<(int X, int Y)> SetCells(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return
            from index in Enumerable.Range(0, text.Length)
            from y in Enumerable.Range(0, BitmapFont.CellHeight)
            from x in Enumerable.Range(0, BitmapFont.CellWidth)
            where BitmapFont.IsSet(text[index], x, y)
            select ((index * BitmapFont.CellWidth) + x, y);
    }
}
