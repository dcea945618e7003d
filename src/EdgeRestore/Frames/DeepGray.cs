using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace EdgeRestore.Frames;

/// <summary>Gray of 10 or 16 bits against the 8 bits that networks see. Thread-safe.</summary>
/// <remarks>
/// What a network changes is added to the deep values, so that everything finer than its 8 bits stays, and a frame that
/// it leaves alone stays to the bit. Every platform of .NET that this runs on is little-endian, as the layouts are.
/// </remarks>
public static class DeepGray
{
    private const int ByteMax = 255;

    public static bool IsDeep(PixelFormat format) => format is PixelFormat.Gray10Le or PixelFormat.Gray16Le;

    /// <summary>The value of white.</summary>
    public static int MaxOf(PixelFormat format) => format switch
    {
        PixelFormat.Gray10Le => 1023,
        PixelFormat.Gray16Le => 65535,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Not a deep gray."),
    };

    /// <summary>The largest value of a frame.</summary>
    public static int FindLargest(ReadOnlySpan<byte> pixels) => FindLargest(pixels, Vector128.IsHardwareAccelerated);

    /// <summary>What a payload of such a layout holds that it must not; null when nothing.</summary>
    public static string? FindFault(ReadOnlySpan<byte> pixels, PixelFormat format) =>
        format == PixelFormat.Gray10Le && FindLargest(pixels) is > 1023 and var largest
            ? $"The payload holds the value {largest}; gray10le has up to 1023, in the low bits of 16. Shift down what "
                + "stands in the high bits, or send gray16le."
            : null;

    /// <summary>Adds to deep values what a network changed in what it saw of them.</summary>
    /// <param name="restored">Rgb24: the network's result.</param>
    /// <param name="pixels">The deep frame that it was made from; becomes the restored one.</param>
    /// <param name="format">Its layout.</param>
    public static void AddChange(Frame restored, Span<byte> pixels, PixelFormat format)
    {
        ArgumentNullException.ThrowIfNull(restored);
        using var luma = Frame.Rent(restored.Width, restored.Height, PixelFormat.Gray8);
        PixelConversion.FromRgb24(restored, luma, default);
        var after = luma.Pixels;
        var values = MemoryMarshal.Cast<byte, ushort>(pixels)[..after.Length];
        var max = MaxOf(format);
        for (var index = 0; index < values.Length; index++)
        {
            int value = values[index];
            var change = after[index] - ToByte(value, max);
            values[index] = (ushort)Math.Clamp(value + Scale(change, max), 0, max);
        }
    }

    internal static void ToRgb(ReadOnlySpan<byte> source, Span<byte> rgb, PixelFormat format)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(source);
        var max = MaxOf(format);
        for (var index = 0; index < values.Length; index++)
        {
            var level = ToByte(values[index], max);
            rgb[index * 3] = rgb[(index * 3) + 1] = rgb[(index * 3) + 2] = level;
        }
    }

    internal static void FromGray(ReadOnlySpan<byte> gray, Span<byte> target, PixelFormat format)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(target);
        var max = MaxOf(format);
        for (var index = 0; index < gray.Length; index++)
        {
            values[index] = (ushort)Scale(gray[index], max);
        }
    }

    internal static int FindLargest(ReadOnlySpan<byte> pixels, bool useVectors)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(pixels);
        var (index, largest) = (0, 0);
        if (useVectors && values.Length >= Vector128<ushort>.Count)
        {
            var most = Vector128<ushort>.Zero;
            for (; index <= values.Length - Vector128<ushort>.Count; index += Vector128<ushort>.Count)
            {
                most = Vector128.Max(most, Vector128.Create(values[index..]));
            }

            for (var lane = 0; lane < Vector128<ushort>.Count; lane++)
            {
                largest = Math.Max(largest, most[lane]);
            }
        }

        for (; index < values.Length; index++)
        {
            largest = Math.Max(largest, values[index]);
        }

        return largest;
    }

    // To nearest; what is beyond white is white.
    private static byte ToByte(int value, int max) =>
        (byte)(((Math.Min(value, max) * ByteMax) + (max / 2)) / max);

    // To nearest, halves away from zero.
    private static int Scale(int level, int max) =>
        ((level * max) + (Math.Sign(level) * (ByteMax / 2))) / ByteMax;
}
