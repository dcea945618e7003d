namespace EdgeRestore.Codecs;

/// <summary>Formats of encoded images, told apart by their first bytes.</summary>
public enum ImageFileFormat
{
    Unknown = 0,
    Jpeg = 1,
    Png = 2,
    WebP = 3,
    Tiff = 4,
}
