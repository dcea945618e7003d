using EdgeRestore.Frames;

namespace EdgeRestore.Codecs;

public static partial class ImageCodec
{
    private const string Profile = "icc-profile-data";

    // EXIF's small picture, and the brightness that Ultra HDR adds, show the image as it was.
    private static readonly string[] Stale = ["jpeg-thumbnail-data", "gainmap-data"];

    // By libvips' names: camera, time and place; colours; and what people and their programs wrote.
    private static readonly string[] Told = ["exif-data", Profile, "xmp-data", "iptc-data"];

    /// <summary>
    /// Encodes what became of an image file, with what the file tells beside its pixels: EXIF, colour profile, XMP, IPTC. EXIF
    /// says upright, as pixels are now, and loses its small picture. Without any, as <see cref="Encode"/>.
    /// </summary>
    /// <param name="original">The file as it was decoded.</param>
    /// <param name="frame">Rgb24, of the size that the image has when it is upright.</param>
    /// <param name="format">Jpeg, Png or WebP.</param>
    /// <param name="quality">1–100 for Jpeg and WebP; ignored for Png.</param>
    /// <param name="chroma">Of Jpeg.</param>
    /// <exception cref="ImageException">The original is not an image that is read here, or its header is damaged.</exception>
    public static byte[] EncodeLike(
        ReadOnlySpan<byte> original,
        Frame frame,
        ImageFileFormat format,
        int quality = 92,
        ChromaSubsampling chroma = ChromaSubsampling.None)
    {
        ArgumentNullException.ThrowIfNull(frame);
        Require(frame, quality);
        Vips.Require();
        unsafe
        {
            fixed (byte* start = original)
            fixed (byte* pixels = frame.Pixels)
            {
                using var opened = Open(start, original.Length, Sniff(original));
                if (!Told.Any(field => Vips.TypeOf(opened.Handle, field) != 0))
                {
                    return Encode(frame, format, quality, chroma);
                }

                // Laid over the original, which it covers whole: libvips keeps that one's metadata and decodes none of it.
                using var shown = Show(opened);
                using var restored = OpenPixels(pixels, frame, format);
                using var result = shown.Apply((nint below, out nint both) =>
                    Vips.Insert(below, restored.Handle, out both, 0, 0, 0));
                foreach (var field in HasColours(opened) ? Stale : [Profile, .. Stale])
                {
                    _ = Vips.Remove(result.Handle, field);
                }

                return result.Encode(SuffixOf(format, quality, chroma));
            }
        }
    }

    // A profile of gray or of four inks says nothing of red, green and blue.
    private static bool HasColours(VipsImage opened) =>
        Vips.Bands(opened.Handle) >= 3 && Vips.Interpretation(opened.Handle) != Vips.InterpretationCmyk;
}
