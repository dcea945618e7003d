using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Video;

/// <summary>Video frames to RGB and back; odd sides, whose chroma is rounded up, included.</summary>
internal static class VideoPixels
{
    /// <param name="rgb">Rgb24 of the video's size.</param>
    public static void ToRgb(VideoFormat format, ReadOnlySpan<byte> bytes, Frame rgb)
    {
        if (!format.IsOdd || format.IsGray)
        {
            using var source = Frame.Rent(format.Width, format.Height, format.Layout);
            bytes.CopyTo(source.Pixels);
            PixelConversion.ToRgb24(source, rgb, format.Encoding);
            return;
        }

        // The even frame around it has the same chroma; what is more of luma is cut off again.
        var (width, height) = (format.Width + (format.Width % 2), format.Height + (format.Height % 2));
        using var even = Frame.Rent(width, height, PixelFormat.I420);
        even.Pixels.Clear();
        for (var y = 0; y < format.Height; y++)
        {
            bytes.Slice(y * format.Width, format.Width).CopyTo(even.Pixels[(y * width)..]);
        }

        bytes[(format.Width * format.Height)..].CopyTo(even.Pixels[(width * height)..]);
        using var evenRgb = Frame.Rent(width, height, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(even, evenRgb, format.Encoding);
        for (var y = 0; y < format.Height; y++)
        {
            evenRgb.Pixels.Slice(y * width * 3, format.Width * 3).CopyTo(rgb.Pixels[(y * format.Width * 3)..]);
        }
    }

    /// <param name="rgb">Rgb24 of the video's size: what was made of the frame.</param>
    /// <param name="bytes">The frame as it came; becomes what was made of it.</param>
    public static void FromRgb(VideoFormat format, Frame rgb, Span<byte> bytes)
    {
        if (DeepGray.IsDeep(format.Layout))
        {
            DeepGray.AddChange(rgb, bytes, format.Layout);
            return;
        }

        if (!format.IsOdd || format.IsGray)
        {
            using var target = Frame.Rent(format.Width, format.Height, format.Layout);
            PixelConversion.FromRgb24(rgb, target, format.Encoding);
            target.Pixels.CopyTo(bytes);
            return;
        }

        // The last column and row are repeated, so that their chroma is their own.
        var (width, height) = (format.Width + (format.Width % 2), format.Height + (format.Height % 2));
        using var evenRgb = Frame.Rent(width, height, PixelFormat.Rgb24);
        for (var y = 0; y < height; y++)
        {
            var from = rgb.Pixels.Slice(Math.Min(y, format.Height - 1) * format.Width * 3, format.Width * 3);
            var row = evenRgb.Pixels.Slice(y * width * 3, width * 3);
            from.CopyTo(row);
            from[^3..].CopyTo(row[^3..]);
        }

        using var even = Frame.Rent(width, height, PixelFormat.I420);
        PixelConversion.FromRgb24(evenRgb, even, format.Encoding);
        for (var y = 0; y < format.Height; y++)
        {
            even.Pixels.Slice(y * width, format.Width).CopyTo(bytes[(y * format.Width)..]);
        }

        even.Pixels[(width * height)..].CopyTo(bytes[(format.Width * format.Height)..]);
    }
}
