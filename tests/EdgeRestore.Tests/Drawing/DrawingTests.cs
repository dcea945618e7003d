using EdgeRestore.Drawing;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Drawing;

public sealed class DrawingTests
{
    [Fact]
    public void DrawText_LetterL_SetsItsPixels()
    {
        using var frame = TestImages.Solid(6, 8, 255, 255, 255);
        new Canvas(frame).DrawText(0, 0, "L", Rgb.Black);
        string[] expected = ["#.....", "#.....", "#.....", "#.....", "#.....", "#.....", "#####.", "......"];
        Assert.Equal(expected, Picture(frame));
    }

    [Fact]
    public void DrawText_EveryPrintableCharacter_HasAGlyphOfItsOwn()
    {
        var seen = new HashSet<string>();
        for (var character = ' '; character <= '~'; character++)
        {
            using var frame = TestImages.Solid(6, 8, 255, 255, 255);
            new Canvas(frame).DrawText(0, 0, character.ToString(), Rgb.Black);
            Assert.True(seen.Add(string.Concat(Picture(frame))), $"'{character}' looks like another character");
        }
    }

    [Fact]
    public void Draw_BeyondTheEdges_IsCutOff()
    {
        using var frame = TestImages.Solid(20, 10, 255, 255, 255);
        using var picture = TestImages.Solid(8, 8, 1, 2, 3);
        var canvas = new Canvas(frame);
        canvas.DrawFrame(picture, -4, -4);
        canvas.DrawFrame(picture, 16, 7);
        canvas.DrawFrame(picture, 50, 50);
        canvas.DrawText(-3, 5, "Wide text beyond", Rgb.Black, 3);
        canvas.DrawTextUpwards(18, 40, "Up", Rgb.Black, 2);
        canvas.DrawLine(-10, -10, 40, 40, Rgb.Black, 3.0);
        canvas.FillRectangle(-5, 8, 100, 100, Rgb.White);
        Assert.Equal(1, frame.Pixels[3 * 3]);
        Assert.Equal(255, frame.Pixels[^1]);
    }

    [Fact]
    public void DrawLine_Horizontal_CoversItsThickness()
    {
        using var frame = TestImages.Solid(10, 9, 255, 255, 255);
        new Canvas(frame).DrawLine(0, 4, 9, 4, Rgb.Black, 3.0);
        Assert.Equal([255, 0, 0, 0, 255], Enumerable.Range(2, 5).Select(y => (int)frame.Pixels[((y * 10) + 5) * 3]));
    }

    [Fact]
    public void ContactSheet_TwoRows_PlacesPicturesUnderTheirColumns()
    {
        using var sheet = new ContactSheet(["one", "two"], 40, 30);
        using var red = TestImages.Solid(40, 30, 255, 0, 0);
        using var tall = TestImages.Solid(10, 60, 0, 0, 255);
        sheet.AddRow("row", (red, "caption"), (tall, ""));
        sheet.AddRow("longer row", (red, "a caption far too long for its cell"));
        using var rendered = sheet.Render("title");
        var reds = Count(rendered, 255, 0, 0);
        Assert.Equal(2 * 40 * 30, reds);

        // 10x60 fits a height of 30 with a width of 5.
        Assert.Equal(5 * 30, Count(rendered, 0, 0, 255));
    }

    [Fact]
    public void ContactSheet_MorePicturesThanColumns_IsRefused()
    {
        using var sheet = new ContactSheet(["one"]);
        using var picture = TestImages.Scene(8, 8);
        Assert.Throws<ArgumentException>(() => sheet.AddRow("row", (picture, ""), (picture, "")));
    }

    [Fact]
    public void LinePlot_TwoSeries_DrawsBothInTheirColours()
    {
        var plot = new LinePlot("title", "x", "y");
        plot.Add("up", [(0, 1), (10, 5), (20, double.NaN)]);
        plot.Add("down", [(0, 5), (20, 1)]);
        using var frame = plot.Render(600, 400);
        Assert.True(Count(frame, 0, 114, 178) > 100);
        Assert.True(Count(frame, 213, 94, 0) > 100);
    }

    [Fact]
    public void LinePlot_NoPointsOrOne_StillRenders()
    {
        using var empty = new LinePlot("t", "x", "y").Render();
        var one = new LinePlot("t", "x", "y");
        one.Add("dot", [(3, 7)]);
        using var dot = one.Render();
        Assert.True(Count(dot, 0, 114, 178) > 0);
    }

    [Theory]
    [InlineData(0.0, 47_000.0, 0.0, 50_000.0, 5000.0)]
    [InlineData(12.3, 28.9, 12.0, 30.0, 2.0)]
    [InlineData(5.0, 5.0, 4.5, 5.5, 0.1)]
    public void Axis_Range_EndsOnRoundTicks(double low, double high, double axisLow, double axisHigh, double step)
    {
        var axis = LinePlot.Axis.Over([low, high]);
        Assert.Equal(axisLow, axis.Low, 6);
        Assert.Equal(axisHigh, axis.High, 6);
        Assert.Equal(step, axis.Step, 6);
        Assert.InRange(axis.Ticks().Count(), 5, 12);
    }

    private static string[] Picture(Frame frame) =>
    [
        .. Enumerable.Range(0, frame.Height).Select(y => string.Concat(
            Enumerable.Range(0, frame.Width).Select(x => frame.Pixels[((y * frame.Width) + x) * 3] == 0 ? '#' : '.'))),
    ];

    private static int Count(Frame frame, byte red, byte green, byte blue)
    {
        var count = 0;
        for (var index = 0; index < frame.LengthBytes; index += 3)
        {
            var pixel = frame.Pixels.Slice(index, 3);
            count += pixel[0] == red && pixel[1] == green && pixel[2] == blue ? 1 : 0;
        }

        return count;
    }
}
