using EdgeRestore.Frames;

namespace EdgeRestore.Codecs;

/// <summary>Image files and encoded frames of any usual format, through libvips. Thread-safe.</summary>
/// <remarks>
/// Decoding gives what a viewer shows, as Rgb24: turned upright by EXIF, greyscale and CMYK brought to sRGB, 16 bit
/// reduced to 8, transparency laid over black, the first page or animation frame. Embedded colour profiles are ignored;
/// <see cref="EncodeLike"/> passes them on.
/// JPEG as a stream of camera frames goes through <see cref="JpegCodec"/>, which decodes into place.
/// </remarks>
public static partial class ImageCodec
{
    private const long MaxFileBytes = 512L << 20;

    /// <summary>Extensions that <see cref="Load"/> reads, lower case with dot.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"];

    /// <summary>Tells the format by the first bytes.</summary>
    public static ImageFileFormat Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFileFormat.Jpeg;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return ImageFileFormat.Png;
        }

        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
        {
            return ImageFileFormat.WebP;
        }

        var isTiff = bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8);
        return isTiff ? ImageFileFormat.Tiff : ImageFileFormat.Unknown;
    }

    /// <summary>Format that a file name's extension asks for; Unknown for others.</summary>
    public static ImageFileFormat FormatOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".jpg" or ".jpeg" => ImageFileFormat.Jpeg,
        ".png" => ImageFileFormat.Png,
        ".webp" => ImageFileFormat.WebP,
        ".tif" or ".tiff" => ImageFileFormat.Tiff,
        _ => ImageFileFormat.Unknown,
    };

    /// <summary>
    /// Whether a file that lies in a folder is to be read as an image: by its name, and because it is no pipe, socket or
    /// device, which would be waited for without end.
    /// </summary>
    public static bool IsImageFile(string path)
    {
        if (!Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            return FileFacts.Of(path).IsRegular;
        }
        catch (IOException)
        {
            // A link that leads nowhere: Load tells that better than silence.
            return true;
        }
    }

    /// <summary>Reads an image file; the caller disposes the frame.</summary>
    /// <exception cref="ImageException">Not an image that is read here, damaged, or too large.</exception>
    /// <exception cref="EdgeRestoreException">The file cannot be read, or libvips is missing.</exception>
    public static Frame Load(string path, ImageLimits? limits = null) => Load(path, out _, limits);

    /// <summary>The same; gives the file, too.</summary>
    public static Frame Load(string path, out byte[] bytes, ImageLimits? limits = null)
    {
        bytes = ReadFile(path);
        try
        {
            return Decode(bytes, limits);
        }
        catch (ImageException exception)
        {
            throw new ImageException($"'{path}': {exception.Message}", exception);
        }
    }

    /// <summary>Decodes an image; the caller disposes the frame.</summary>
    /// <exception cref="ImageException">Not an image that is read here, damaged, or too large.</exception>
    public static Frame Decode(ReadOnlySpan<byte> bytes, ImageLimits? limits = null)
    {
        var format = Sniff(bytes);
        if (format == ImageFileFormat.Unknown)
        {
            throw new ImageException(bytes.IsEmpty
                ? "Empty: found 0 bytes, allowed are images in JPEG, PNG, WebP and TIFF."
                : $"{bytes.Length} bytes that begin with {Convert.ToHexString(bytes[..Math.Min(8, bytes.Length)])} "
                + "are no image that is read here; allowed are JPEG, PNG, WebP and TIFF.");
        }

        Vips.Require();
        unsafe
        {
            fixed (byte* start = bytes)
            {
                using var opened = Open(start, bytes.Length, format);
                (limits ?? ImageLimits.Default)
                    .Require(Vips.Width(opened.Handle), Vips.Height(opened.Handle), format.ToString());
                using var shown = Show(opened);
                return shown.ToFrame();
            }
        }
    }

    /// <summary>
    /// Whether EXIF says that the pixels lie otherwise than they are to be shown, as in photographs of phones. Reads the
    /// header alone.
    /// </summary>
    /// <exception cref="ImageException">Not an image that is read here, or its header is damaged.</exception>
    public static bool IsTurned(ReadOnlySpan<byte> bytes)
    {
        // EXIF counts from 1, upright, to 8.
        const int Upright = 1;
        Vips.Require();
        unsafe
        {
            fixed (byte* start = bytes)
            {
                using var opened = Open(start, bytes.Length, Sniff(bytes));
                return Vips.GetOrientation(opened.Handle) != Upright;
            }
        }
    }

    /// <summary>Encodes a frame.</summary>
    /// <param name="frame">Rgb24.</param>
    /// <param name="format">Jpeg, Png or WebP.</param>
    /// <param name="quality">1–100 for Jpeg and WebP; ignored for Png.</param>
    /// <param name="chroma">Of Jpeg.</param>
    public static byte[] Encode(
        Frame frame, ImageFileFormat format, int quality = 92, ChromaSubsampling chroma = ChromaSubsampling.None)
    {
        Require(frame, quality);
        if (format == ImageFileFormat.Jpeg)
        {
            using var jpeg = new JpegCodec();
            return jpeg.Encode(frame, quality, chroma).ToArray();
        }

        Vips.Require();
        unsafe
        {
            fixed (byte* pixels = frame.Pixels)
            {
                using var image = OpenPixels(pixels, frame, format);
                return image.Encode(SuffixOf(format, quality, chroma));
            }
        }
    }

    /// <summary>Writes a frame to a file whose extension names the format: whole, or not at all.</summary>
    /// <exception cref="EdgeRestoreException">Unknown extension, or the file cannot be written.</exception>
    public static void Save(Frame frame, string path, int quality = 92)
    {
        var format = FormatOf(path);
        if (format is not (ImageFileFormat.Jpeg or ImageFileFormat.Png or ImageFileFormat.WebP))
        {
            throw new EdgeRestoreException(
                $"Cannot write '{path}': extension '{Path.GetExtension(path)}' is not among .jpg, .jpeg, .png and "
                + ".webp.");
        }

        var bytes = Encode(frame, format, quality);
        var partial = $"{path}.{Environment.ProcessId}.part";
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
            }

            File.WriteAllBytes(partial, bytes);
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
            throw new EdgeRestoreException(
                $"Cannot write '{path}' ({bytes.Length} bytes): {exception.Message} "
                + "Free space or choose another folder.",
                exception);
        }
    }

    /// <summary>The bytes of an image file that is not absurdly large.</summary>
    internal static byte[] ReadFile(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxFileBytes
                ? File.ReadAllBytes(path)
                : throw new ImageException(
                    $"'{path}' has {length} bytes; allowed are {MaxFileBytes}. Scale the image down first.");
        }
        catch (FileNotFoundException exception) when (path.Contains('\uFFFD', StringComparison.Ordinal))
        {
            throw new EdgeRestoreException(
                $"Cannot read the image '{path}': its name is not UTF-8, and .NET opens no such file. Rename it.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EdgeRestoreException($"Cannot read the image '{path}': {exception.Message}", exception);
        }
    }

    private static void Require(Frame frame, int quality)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        if (frame.Format != PixelFormat.Rgb24)
        {
            throw new ArgumentException(
                $"Images are encoded from Rgb24; found {frame.Format}. Convert the frame first.", nameof(frame));
        }
    }

    private static string SuffixOf(ImageFileFormat format, int quality, ChromaSubsampling chroma) => format switch
    {
        ImageFileFormat.Jpeg => $".jpg[Q={quality},subsample_mode={(chroma == ChromaSubsampling.None ? "off" : "on")}]",
        ImageFileFormat.Png => ".png[compression=6]",
        ImageFileFormat.WebP => $".webp[Q={quality}]",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Written are Jpeg, Png and WebP."),
    };

    // Reads the header alone; pixels are decoded when they are asked for, after the limits.
    private static unsafe VipsImage Open(byte* start, int length, ImageFileFormat format) =>
        new(Vips.ImageNewFromBuffer(start, (nuint)length, "[fail_on=error]", 0), format);

    private static unsafe VipsImage OpenPixels(byte* pixels, Frame frame, ImageFileFormat format) => new(
        Vips.ImageNewFromMemory(pixels, (nuint)frame.LengthBytes, frame.Width, frame.Height, 3, Vips.FormatUchar),
        format);

    /// <summary>What a viewer shows of an image, in three bands of 8 bits; libvips keeps the steps to it.</summary>
    private static VipsImage Show(VipsImage opened)
    {
        using var upright = opened.Apply(static (nint image, out nint result) => Vips.Autorotate(image, out result, 0));
        using var srgb = upright.Apply(static (nint image, out nint result) =>
            Vips.Colourspace(image, out result, Vips.InterpretationSrgb, 0));
        using var opaque = Vips.HasAlpha(srgb.Handle) != 0
            ? srgb.Apply(static (nint image, out nint result) => Vips.Flatten(image, out result, 0))
            : null;
        return (opaque ?? srgb).Apply(
            static (nint image, out nint result) => Vips.Cast(image, out result, Vips.FormatUchar, 0));
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The write's own error is the one to report; a leftover .part file is overwritten by the next attempt.
        }
    }
}
