namespace EdgeRestore.TestPackages;

/// <summary>A JPEG in cyan, magenta, yellow and black, as prepress writes it: one colour all over.</summary>
public static class InkJpeg
{
    // ITU T.81: so many levels lie below zero, and a block of one level has its first coefficient alone.
    private const int MiddleLevel = 128;
    private const int BlockSide = 8;

    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <param name="inks">Levels as Adobe has them: 255 is paper, 0 is all ink.</param>
    public static byte[] Create(int width, int height, params byte[] inks)
    {
        byte[] codes = [1, 2, 3, 4];
        var bits = new List<bool>();
        var blockCount = (width + BlockSide - 1) / BlockSide * ((height + BlockSide - 1) / BlockSide);
        for (var block = 0; block < blockCount; block++)
        {
            foreach (var ink in inks)
            {
                // The difference from the block before.
                WriteBlock(bits, block == 0 ? BlockSide * (ink - MiddleLevel) : 0);
            }
        }

        return
        [
            0xFF, 0xD8,
            .. Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 0]),
            .. Segment(0xDB, [0, .. Enumerable.Repeat((byte)1, 64)]),
            .. Segment(
                0xC0,
                [8, .. Short(height), .. Short(width), 4, .. codes.SelectMany(code => (byte[])[code, 0x11, 0])]),

            // Twelve classes of first coefficients in four bits each; of others the end of the block alone, in one.
            .. Segment(0xC4, [0x00, .. Lengths(4, 12), .. Enumerable.Range(0, 12).Select(size => (byte)size)]),
            .. Segment(0xC4, [0x10, .. Lengths(1, 1), 0]),
            .. Segment(0xDA, [4, .. codes.SelectMany(code => (byte[])[code, 0x00]), 0, 63, 0]),
            .. Pack(bits),
            0xFF, 0xD9,
        ];
    }

    private static void WriteBlock(List<bool> bits, int difference)
    {
        var size = difference == 0 ? 0 : (int)Math.Log2(Math.Abs(difference)) + 1;
        Write(bits, size, 4);
        Write(bits, difference < 0 ? difference - 1 : difference, size);
        Write(bits, 0, 1);
    }

    private static void Write(List<bool> bits, int value, int count)
    {
        for (var bit = count - 1; bit >= 0; bit--)
        {
            bits.Add((value >> bit & 1) == 1);
        }
    }

    // Filled up with ones; a byte of ones is no marker if a zero follows.
    private static IEnumerable<byte> Pack(List<bool> bits) => bits.Chunk(8)
        .Select(chunk => chunk.Concat(Enumerable.Repeat(true, 8 - chunk.Length)))
        .Select(chunk => (byte)chunk.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0)))
        .SelectMany(value => value == 0xFF ? (byte[])[0xFF, 0] : [value]);

    // How many codes there are of each length up to 16 bits.
    private static IEnumerable<byte> Lengths(int bitCount, byte codeCount) =>
        Enumerable.Range(1, 16).Select(length => length == bitCount ? codeCount : (byte)0);

    private static byte[] Segment(byte marker, byte[] content) =>
        [0xFF, marker, .. Short(content.Length + 2), .. content];

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];
}
