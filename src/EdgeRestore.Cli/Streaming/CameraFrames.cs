using EdgeRestore.Cli.Restoring;
using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;
using YuvMatrix = EdgeRestore.Frames.YuvMatrix;
using YuvRange = EdgeRestore.Frames.YuvRange;

namespace EdgeRestore.Cli.Streaming;

/// <summary>Image files as the payloads of a stream, and payloads as image files again.</summary>
internal sealed class CameraFrames
{
    private const int EncodingQuality = 95;

    // What the daemon takes NV12 and I420 for when the open message says nothing.
    private static readonly YuvEncoding Yuv = new(YuvMatrix.Bt601, YuvRange.Limited);

    private readonly WireCodec _codec;
    private readonly PixelFormat _format;
    private int _width;
    private int _height;

    /// <param name="payload">One of <see cref="PayloadNames"/>.</param>
    public CameraFrames(string payload)
    {
        if (!Enum.TryParse(payload, ignoreCase: true, out _codec))
        {
            _format = Enum.Parse<PixelFormat>(payload, ignoreCase: true);
        }
    }

    public static IReadOnlyList<string> PayloadNames { get; } =
    [
        .. Enum.GetValues<WireCodec>().Where(codec => codec != WireCodec.Unspecified)
            .Select(codec => codec.ToWireName()),
        .. Enum.GetValues<PixelLayout>().Where(layout => layout != PixelLayout.Unspecified)
            .Select(layout => layout.ToWireName()),
    ];

    private bool IsRaw => _codec == WireCodec.Unspecified;

    private ImageFileFormat FileFormat => _codec switch
    {
        WireCodec.Jpeg => ImageFileFormat.Jpeg,
        WireCodec.Webp => ImageFileFormat.WebP,
        _ => ImageFileFormat.Png,
    };

    /// <summary>
    /// Writes into the open message what the payloads are; raw ones take their size from the first image.
    /// </summary>
    public void Describe(InputImage first, OpenStream settings)
    {
        if (!IsRaw)
        {
            settings.Codec = _codec;
            return;
        }

        using var frame = ImageCodec.Load(first.Path);
        (_width, _height) = (frame.Width, frame.Height);
        settings.Raw = new RawLayout { Layout = _format.ToWire(), Width = (uint)_width, Height = (uint)_height };
    }

    /// <exception cref="EdgeRestoreException">The file cannot be read, or has another size than the raw
    /// stream.</exception>
    public byte[] Read(InputImage image)
    {
        if (!IsRaw)
        {
            var bytes = ImageCodec.ReadFile(image.Path);
            // A camera's JPEG is upright, so the daemon looks for no EXIF, and its results have none.
            if (ImageCodec.Sniff(bytes) == FileFormat
                && (FileFormat != ImageFileFormat.Jpeg || !ImageCodec.IsTurned(bytes)))
            {
                return bytes;
            }
        }

        using var frame = ImageCodec.Load(image.Path);
        if (!IsRaw)
        {
            return ImageCodec.Encode(frame, FileFormat, EncodingQuality);
        }

        if (frame.Width != _width || frame.Height != _height)
        {
            throw new EdgeRestoreException(
                $"'{image.Path}' has {frame.Width}x{frame.Height} pixels, the stream's frames have {_width}x{_height}: "
                + "raw payloads are all of one size. Send it in a stream of its own, or with --payload jpeg.");
        }

        using var raw = Frame.Rent(_width, _height, _format);
        PixelConversion.FromRgb24(frame, raw, Yuv);
        return raw.Pixels.ToArray();
    }

    /// <summary>
    /// The name of the file that a reply becomes: the image's own where the payload is of its format.
    /// </summary>
    public string NameOfResult(string relativeName) => ImageCodec.FormatOf(relativeName) == FileFormat
        ? relativeName
        : $"{relativeName}.{(IsRaw ? "png" : _codec.ToWireName())}";

    /// <summary>Name and content of the file that a reply becomes; pixels become a PNG.</summary>
    public (string Name, byte[] Content) ToFile(
        string relativeName, ReadOnlyMemory<byte> payload, int width, int height)
    {
        if (!IsRaw)
        {
            return (NameOfResult(relativeName), payload.ToArray());
        }

        using var raw = Frame.Rent(width, height, _format);
        payload.Span.CopyTo(raw.Pixels);
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(raw, frame, Yuv);
        return (NameOfResult(relativeName), ImageCodec.Encode(frame, ImageFileFormat.Png));
    }
}
