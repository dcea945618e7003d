using System.Runtime.InteropServices;
using EdgeRestore.Frames;

namespace EdgeRestore.Codecs;

/// <summary>JPEG frames through libjpeg-turbo, straight into and out of a frame's own bytes.</summary>
/// <remarks>
/// Holds native state and an output buffer: one instance per thread or stream, disposed by its owner. EXIF orientation
/// is not applied: camera frames come upright, files go through <see cref="ImageCodec"/>.
/// </remarks>
public sealed class JpegCodec : IDisposable
{
    private readonly ImageLimits _limits;
    private nint _decompressor;
    private nint _compressor;
    private byte[] _output = [];

    /// <exception cref="EdgeRestoreException">libturbojpeg is not installed.</exception>
    public JpegCodec(ImageLimits? limits = null)
    {
        _limits = limits ?? ImageLimits.Default;
        try
        {
            _decompressor = TurboJpeg.InitDecompress();
            _compressor = TurboJpeg.InitCompress();
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EdgeRestoreException(
                $"JPEG needs the native library {TurboJpeg.Library}, which was not found or is not libjpeg-turbo 2.x. "
                + "Install it: apt-get install -y libturbojpeg0", exception);
        }

        if (_decompressor == 0 || _compressor == 0)
        {
            throw new EdgeRestoreException(
                $"{TurboJpeg.Library} could not be set up: {TurboJpeg.ErrorOf(0)}. Free some memory.");
        }
    }

    ~JpegCodec() => Release();

    /// <summary>Size that the header states, checked against the limits; nothing is decoded.</summary>
    /// <exception cref="ImageException">Not a JPEG, a damaged header, too large, or in inks.</exception>
    public (int Width, int Height) ReadSize(ReadOnlySpan<byte> jpeg)
    {
        var header = ReadHeader(jpeg);
        return header.HasInks
            ? throw new ImageException(
                "JPEG is in CMYK or YCCK colours; allowed are greyscale, RGB and YCbCr. Convert it to sRGB first.")
            : (header.Width, header.Height);
    }

    /// <summary>What the header states, its size checked against the limits; nothing is decoded.</summary>
    /// <returns>HasInks: pixels are in CMYK or YCCK, which only <see cref="ImageCodec"/> decodes.</returns>
    /// <exception cref="ImageException">Not a JPEG, a damaged header, or too large.</exception>
    public (int Width, int Height, bool HasInks) ReadHeader(ReadOnlySpan<byte> jpeg)
    {
        RequireOpen();
        if (jpeg.Length < 4 || jpeg[0] != 0xFF || jpeg[1] != 0xD8)
        {
            throw new ImageException(
                $"Not a JPEG: {jpeg.Length} bytes that do not begin with FF D8. Send one whole JPEG image per frame.");
        }

        int width, height, sampling, colorspace, status;
        unsafe
        {
            fixed (byte* bytes = jpeg)
            {
                status = TurboJpeg.DecompressHeader(
                    _decompressor, bytes, new CULong((nuint)jpeg.Length),
                    out width, out height, out sampling, out colorspace);
            }
        }

        if (status != 0)
        {
            throw Damaged(jpeg.Length, "header");
        }

        _limits.Require(width, height, "JPEG");
        return (width, height, colorspace is TurboJpeg.ColorspaceCmyk or TurboJpeg.ColorspaceYcck);
    }

    /// <summary>Decodes into a new frame that the caller disposes.</summary>
    /// <param name="jpeg">One whole image.</param>
    /// <param name="format">Rgb24, Bgr24 or Gray8.</param>
    /// <exception cref="ImageException">Damaged, truncated, too large, or in inks.</exception>
    public Frame Decode(ReadOnlySpan<byte> jpeg, PixelFormat format = PixelFormat.Rgb24)
    {
        var (width, height) = ReadSize(jpeg);
        var frame = Frame.Rent(width, height, format);
        try
        {
            DecodePixels(jpeg, frame);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    /// <summary>Decodes into a frame of the image's size.</summary>
    /// <exception cref="ImageException">Damaged, truncated, too large, or of another size than the frame.</exception>
    public void Decode(ReadOnlySpan<byte> jpeg, Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var (width, height) = ReadSize(jpeg);
        if (width != frame.Width || height != frame.Height)
        {
            throw new ImageException(
                $"JPEG is {width}x{height}; the stream was opened for {frame.Width}x{frame.Height}. "
                + "Send frames of that size or open another stream.");
        }

        DecodePixels(jpeg, frame);
    }

    /// <summary>Encodes a frame; the result is valid until the next call.</summary>
    /// <param name="frame">Rgb24, Bgr24 or Gray8.</param>
    /// <param name="quality">1–100.</param>
    /// <param name="subsampling">Ignored for Gray8.</param>
    public ReadOnlySpan<byte> Encode(Frame frame, int quality, ChromaSubsampling subsampling = ChromaSubsampling.Half)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        RequireOpen();
        var format = ToNative(frame.Format);
        var sampling = format == TurboJpeg.PixelGray ? TurboJpeg.SamplingGray
            : subsampling == ChromaSubsampling.None ? TurboJpeg.Sampling444
            : TurboJpeg.Sampling420;
        if (Math.Max(frame.Width, frame.Height) > 65_500)
        {
            throw new ImageException(
                $"Frame is {frame.Width}x{frame.Height}; JPEG allows 65500 on a side. Choose PNG for the output.");
        }

        var needed = (ulong)TurboJpeg.BufferSize(frame.Width, frame.Height, sampling).Value;
        if ((ulong)_output.Length < needed)
        {
            _output = GC.AllocateUninitializedArray<byte>(checked((int)needed));
        }

        int status;
        var length = new CULong((nuint)_output.Length);
        unsafe
        {
            fixed (byte* pixels = frame.Pixels)
            fixed (byte* output = _output)
            {
                var target = output;
                status = TurboJpeg.Compress(
                    _compressor, pixels, frame.Width, 0, frame.Height, format,
                    &target, &length, sampling, quality, TurboJpeg.FlagNoRealloc | TurboJpeg.FlagAccurateDct);
            }
        }

        if (status != 0)
        {
            throw new EdgeRestoreException(
                $"JPEG encoding of a {frame.Width}x{frame.Height} frame failed: {TurboJpeg.ErrorOf(_compressor)}.");
        }

        return _output.AsSpan(0, (int)length.Value);
    }

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void DecodePixels(ReadOnlySpan<byte> jpeg, Frame frame)
    {
        var format = ToNative(frame.Format);
        int status;
        unsafe
        {
            fixed (byte* bytes = jpeg)
            fixed (byte* pixels = frame.Pixels)
            {
                // Warnings stop: half a frame filled up with grey is not a frame. Few scans: a progressive image of a
                // thousand scans takes minutes.
                status = TurboJpeg.Decompress(
                    _decompressor, bytes, new CULong((nuint)jpeg.Length), pixels, frame.Width, 0, frame.Height, format,
                    TurboJpeg.FlagAccurateDct | TurboJpeg.FlagStopOnWarning | TurboJpeg.FlagLimitScans);
            }
        }

        if (status != 0)
        {
            throw Damaged(jpeg.Length, "image data");
        }
    }

    private ImageException Damaged(int length, string part)
    {
        // libjpeg-turbo 2.1 leaves a failed header half read and goes on in the middle of it with the next image
        // (tjDecompressHeader3 returns without jpeg_abort_decompress), so a decompressor that failed is replaced.
        var reason = TurboJpeg.ErrorOf(_decompressor);
        TurboJpeg.Destroy(_decompressor);
        _decompressor = TurboJpeg.InitDecompress();
        return new ImageException(
            $"JPEG of {length} bytes has damaged {part}: {reason}. "
            + "Allowed is a whole, undamaged baseline or progressive JPEG; check the sender and the connection.");
    }

    private static int ToNative(PixelFormat format) => format switch
    {
        PixelFormat.Rgb24 => TurboJpeg.PixelRgb,
        PixelFormat.Bgr24 => TurboJpeg.PixelBgr,
        PixelFormat.Gray8 => TurboJpeg.PixelGray,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format,
            "JPEG goes to and from Rgb24, Bgr24 and Gray8."),
    };

    private void RequireOpen() => ObjectDisposedException.ThrowIf(_decompressor == 0, this);

    private void Release()
    {
        Destroy(ref _decompressor);
        Destroy(ref _compressor);

        static void Destroy(ref nint handle)
        {
            var taken = Interlocked.Exchange(ref handle, 0);
            if (taken != 0)
            {
                TurboJpeg.Destroy(taken);
            }
        }
    }
}
