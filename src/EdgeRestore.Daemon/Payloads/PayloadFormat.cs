using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using ImageCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Daemon.Payloads;

/// <summary>What a payload is: pixels in a layout, or an image file.</summary>
internal sealed record PayloadFormat
{
    /// <value>Unknown for image files.</value>
    public PixelFormat Layout { get; private init; }

    /// <summary>Size of every frame; 0 for image files, which bring their own.</summary>
    public int Width { get; private init; }

    public int Height { get; private init; }

    /// <value>Unspecified for pixels.</value>
    public ImageCodec Codec { get; private init; }

    /// <summary>1–100, of JPEG and WebP.</summary>
    public int Quality { get; private init; }

    public bool IsRaw => Layout != PixelFormat.Unknown;

    /// <summary>Whether a payload of one is a payload of the other: the same layout, or the same codec.</summary>
    public bool IsOfKind(PayloadFormat other) => Layout == other.Layout && Codec == other.Codec;

    public static PayloadFormat Raw(PixelFormat layout, int width, int height) =>
        new() { Layout = layout, Width = width, Height = height };

    public static PayloadFormat Encoded(ImageCodec codec, int quality) => new() { Codec = codec, Quality = quality };

    /// <summary>The file format of image files.</summary>
    public ImageFileFormat FileFormat => Codec switch
    {
        ImageCodec.Jpeg => ImageFileFormat.Jpeg,
        ImageCodec.Png => ImageFileFormat.Png,
        ImageCodec.Webp => ImageFileFormat.WebP,
        _ => ImageFileFormat.Unknown,
    };

    public override string ToString() => IsRaw
        ? $"{Layout.ToWire().ToWireName()}{(Width > 0 ? $" {Width}x{Height}" : "")}"
        : Codec.ToWireName();
}
