using System.Runtime.InteropServices;
using EdgeRestore.Frames;

namespace EdgeRestore.Tests.Frames;

public sealed class DeepGrayTests
{
    [Theory]
    [InlineData(PixelFormat.Gray10Le, 1023)]
    [InlineData(PixelFormat.Gray16Le, 65535)]
    public void ToRgb24_EveryValue_IsTheNearestOfEightBits(PixelFormat format, int max)
    {
        using var source = Ramp(format, max);
        using var rgb = Frame.Rent(source.Width, 1, PixelFormat.Rgb24);

        PixelConversion.ToRgb24(source, rgb, default);

        for (var value = 0; value <= max; value++)
        {
            var expected = (byte)Math.Round(value * 255.0 / max, MidpointRounding.AwayFromZero);
            var pixel = rgb.Pixels.Slice(value * 3, 3);
            Assert.True(pixel[0] == expected && pixel[1] == expected && pixel[2] == expected, $"{value}: {pixel[0]}");
        }
    }

    [Theory]
    [InlineData(PixelFormat.Gray10Le, 1023)]
    [InlineData(PixelFormat.Gray16Le, 65535)]
    public void FromRgb24_EveryLevel_IsNearestAndComesBack(PixelFormat format, int max)
    {
        using var gray = Frame.Rent(256, 1, PixelFormat.Gray8);
        using var rgb = Frame.Rent(256, 1, PixelFormat.Rgb24);
        using var deep = Frame.Rent(256, 1, format);
        using var back = Frame.Rent(256, 1, PixelFormat.Rgb24);
        for (var level = 0; level < 256; level++)
        {
            gray.Pixels[level] = (byte)level;
        }

        PixelConversion.ToRgb24(gray, rgb, default);
        PixelConversion.FromRgb24(rgb, deep, default);
        PixelConversion.ToRgb24(deep, back, default);

        var values = Values(deep);
        for (var level = 0; level < 256; level++)
        {
            Assert.Equal((int)Math.Round(level * max / 255.0, MidpointRounding.AwayFromZero), values[level]);
        }

        Assert.True(rgb.Pixels.SequenceEqual(back.Pixels));
    }

    [Theory]
    [InlineData(PixelFormat.Gray10Le, 1023, 0)]
    [InlineData(PixelFormat.Gray16Le, 65535, 0)]
    [InlineData(PixelFormat.Gray10Le, 1023, 20)]
    [InlineData(PixelFormat.Gray16Le, 65535, 20)]
    [InlineData(PixelFormat.Gray10Le, 1023, -100)]
    [InlineData(PixelFormat.Gray16Le, 65535, -100)]
    public void AddChange_Levels_MovesEveryValueByThemAndKeepsWhatIsFiner(PixelFormat format, int max, int levels)
    {
        using var source = Ramp(format, max);
        using var restored = Frame.Rent(source.Width, 1, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(source, restored, default);
        var before = Values(source).ToArray();
        var seen = restored.Pixels.ToArray();
        for (var index = 0; index < seen.Length; index++)
        {
            restored.Pixels[index] = (byte)Math.Clamp(seen[index] + levels, 0, 255);
        }

        DeepGray.AddChange(restored, source.Pixels, format);

        var after = Values(source);
        for (var value = 0; value <= max; value++)
        {
            var change = Math.Clamp(seen[value * 3] + levels, 0, 255) - seen[value * 3];
            var expected = before[value] + (int)Math.Round(change * max / 255.0, MidpointRounding.AwayFromZero);
            Assert.Equal(Math.Clamp(expected, 0, max), after[value]);
        }
    }

    [Fact]
    public void FindLargest_WithAndWithoutVectors_IsTheSameWhereverItStands()
    {
        foreach (var count in (int[])[1, 7, 8, 9, 16, 33])
        {
            for (var place = 0; place < count; place++)
            {
                var values = new ushort[count];
                values[place] = 65535;
                values[(place + 1) % count] = count == 1 ? (ushort)65535 : (ushort)40000;
                var bytes = MemoryMarshal.AsBytes(values.AsSpan());

                Assert.Equal(65535, DeepGray.FindLargest(bytes, useVectors: false));
                Assert.Equal(65535, DeepGray.FindLargest(bytes, useVectors: true));
            }
        }
    }

    [Fact]
    public void FindFault_OnlyTenBitsBeyondTheirRange()
    {
        var bytes = MemoryMarshal.AsBytes((ReadOnlySpan<ushort>)[0, 1023, 5]).ToArray();
        Assert.Null(DeepGray.FindFault(bytes, PixelFormat.Gray10Le));

        bytes = MemoryMarshal.AsBytes((ReadOnlySpan<ushort>)[0, 1024, 5]).ToArray();
        Assert.Contains("the value 1024", DeepGray.FindFault(bytes, PixelFormat.Gray10Le), StringComparison.Ordinal);
        Assert.Null(DeepGray.FindFault(bytes, PixelFormat.Gray16Le));
        Assert.Null(DeepGray.FindFault(bytes, PixelFormat.Gray8));
    }

    private static Frame Ramp(PixelFormat format, int max)
    {
        var frame = Frame.Rent(max + 1, 1, format);
        var values = Values(frame);
        for (var value = 0; value <= max; value++)
        {
            values[value] = (ushort)value;
        }

        return frame;
    }

    private static Span<ushort> Values(Frame frame) => MemoryMarshal.Cast<byte, ushort>(frame.Pixels);
}
