namespace EdgeRestore.Frames;

/// <summary>Weights by which luma is made from red, green and blue.</summary>
public enum YuvMatrix
{
    /// <summary>ITU-R BT.601: standard definition, JPEG.</summary>
    Bt601 = 0,

    /// <summary>ITU-R BT.709: high definition.</summary>
    Bt709 = 1,
}

/// <summary>Which codes of a byte are used.</summary>
public enum YuvRange
{
    /// <summary>Luma 16–235, chroma 16–240: video.</summary>
    Limited = 0,

    /// <summary>0–255: JPEG and many USB cameras.</summary>
    Full = 1,
}

/// <summary>How the bytes of Nv12 and I420 relate to colours; without meaning for other formats.</summary>
public readonly record struct YuvEncoding(YuvMatrix Matrix, YuvRange Range);
