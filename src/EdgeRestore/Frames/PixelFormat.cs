namespace EdgeRestore.Frames;

/// <summary>Order and depth of a frame's bytes. All rows are tightly packed.</summary>
public enum PixelFormat
{
    Unknown = 0,

    /// <summary>R, G, B interleaved, 8 bit full range sRGB: 3 bytes a pixel. What networks read and write.</summary>
    Rgb24 = 1,

    /// <summary>B, G, R interleaved, 8 bit: 3 bytes a pixel.</summary>
    Bgr24 = 2,

    /// <summary>One luma byte a pixel, full range.</summary>
    Gray8 = 3,

    /// <summary>Y plane, then interleaved U and V at half size in both directions.</summary>
    Nv12 = 4,

    /// <summary>Y plane, then U plane, then V plane, chroma at half size in both directions.</summary>
    I420 = 5,

    /// <summary>One luma value a pixel, full range, in the low 10 of 16 bits, little-endian: 0 to 1023.</summary>
    Gray10Le = 6,

    /// <summary>One luma value a pixel, full range, 16 bits, little-endian.</summary>
    Gray16Le = 7,
}
