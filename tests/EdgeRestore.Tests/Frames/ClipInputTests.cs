using System.Runtime.InteropServices;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

public sealed class ClipInputTests
{
    // libtorch computes weights and sums in float32.
    private const float GoldenTolerance = 2e-5f;

    public static TheoryData<int, int, int, int> Golden => new()
    {
        { 0, 61, 47, 24 },
        { 1, 40, 90, 24 },
        { 2, 20, 15, 24 },
        { 3, 24, 24, 24 },
        { 4, 100, 11, 24 },
        { 5, 55, 37, 25 },
        { 6, 29, 24, 24 },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Fill_AnySize_IsWhatLibtorchMakesOfIt(int index, int width, int height, int side)
    {
        var offset = Golden.Take(index).Sum(row => 3 * (int)row[3] * (int)row[3]) * sizeof(float);
        var expected = MemoryMarshal.Cast<byte, float>(
            File.ReadAllBytes("Golden/clip-input.bin").AsSpan(offset, 3 * side * side * sizeof(float)));
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var at = 0; at < frame.Pixels.Length; at++)
        {
            var (x, y, k) = (at / 3 % width, at / 3 / width, at % 3);
            frame.Pixels[at] = (byte)((7 * x) + (13 * y) + (29 * k) + (5 * (x * y % 31)));
        }

        var input = new ClipInput(side);
        var found = new float[input.Length];
        input.Fill(frame, found);

        for (var at = 0; at < found.Length; at++)
        {
            Assert.True(
                Math.Abs(expected[at] - found[at]) <= GoldenTolerance, $"{found[at]} for {expected[at]} at {at}.");
        }
    }

    [Theory]
    [InlineData(224, 224)]
    [InlineData(640, 360)]
    [InlineData(3, 1)]
    [InlineData(1, 500)]
    public void Fill_OneColour_IsThatColourStandardised(int width, int height)
    {
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var at = 0; at < frame.Pixels.Length; at++)
        {
            frame.Pixels[at] = (byte)(at % 3 == 0 ? 255 : at % 3 == 1 ? 0 : 51);
        }

        var input = new ClipInput();
        var found = new float[input.Length];
        input.Fill(frame, found);

        // (value - mean) / deviation with the figures of preprocessor_config.json.
        Assert.Equal(3 * 224 * 224, input.Length);
        Assert.All(found[..(224 * 224)], value => Assert.Equal(1.93034f, value, 1e-4f));
        Assert.All(found[(224 * 224)..(2 * 224 * 224)], value => Assert.Equal(-1.75210f, value, 1e-4f));
        Assert.All(found[(2 * 224 * 224)..], value => Assert.Equal(-0.75499f, value, 1e-4f));
    }

    [Fact]
    public void Fill_WideFrame_SeesTheSquareInTheMiddle()
    {
        using var frame = Frame.Rent(900, 300, PixelFormat.Rgb24);
        frame.Pixels.Clear();
        var input = new ClipInput();
        var black = new float[input.Length];
        input.Fill(frame, black);
        for (var y = 0; y < 300; y++)
        {
            // The square is columns 300 to 600; the kernel reaches 2.7 columns further.
            frame.Pixels.Slice(y * 2700, 3 * 296).Fill(255);
            frame.Pixels.Slice((y * 2700) + (3 * 604), 3 * 296).Fill(255);
        }

        var found = new float[input.Length];
        input.Fill(frame, found);

        Assert.Equal(black, found);
    }

    [Fact]
    public void Fill_OtherFormat_SaysWhichIsNeeded()
    {
        using var frame = Frame.Rent(8, 8, PixelFormat.Gray8);

        var error = Assert.Throws<ArgumentException>(() => new ClipInput().Fill(frame, new float[3 * 224 * 224]));

        Assert.StartsWith(
            "CLIP sees Rgb24; found Gray8. Convert the frame first.", error.Message, StringComparison.Ordinal);
    }
}
