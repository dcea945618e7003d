using System.Buffers.Binary;
using System.Text;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Video;

/// <summary>Writes uncompressed frames with their times for ffmpeg to encode: the counterpart of the reader.</summary>
internal sealed class MatroskaWriter(Stream stream)
{
    /// <summary>Four-character codes of V_UNCOMPRESSED, as a big-endian number.</summary>
    public const int I420 = 0x49343230;
    public const int Y800 = 0x59383030;

    // ffmpeg's own for more than 8 bits: 'Y', '1', 0, bits (libavcodec/raw.c).
    public const int Y10 = 0x5931000A;
    public const int Y16 = 0x59310010;

    // Eight bytes of size that say: no end is known.
    private static readonly byte[] UnknownSize = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// <summary>Times are written in nanoseconds: rounding to Matroska's usual millisecond would bend 29.97.</summary>
    public void WriteHeader(VideoFormat format)
    {
        var colour = Element(
            MatroskaIds.Colour,
            Told(MatroskaIds.MatrixCoefficients, format.MatrixCode),
            Told(MatroskaIds.ChromaSitingHorizontal, format.ChromaSitingHorizontal),
            Told(MatroskaIds.ChromaSitingVertical, format.ChromaSitingVertical),
            Told(MatroskaIds.Range, format.RangeCode),
            Told(MatroskaIds.TransferCharacteristics, format.TransferCode),
            Told(MatroskaIds.Primaries, format.PrimariesCode));
        var display = format.DisplayWidth == 0
            ? []
            : (byte[])
            [
                .. Number(MatroskaIds.DisplayWidth, format.DisplayWidth),
                .. Number(MatroskaIds.DisplayHeight, format.DisplayHeight),
            ];
        var fourCc = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(fourCc, format.Layout switch
        {
            PixelFormat.Gray8 => Y800,
            PixelFormat.Gray10Le => Y10,
            PixelFormat.Gray16Le => Y16,
            _ => I420,
        });
        var entry = Element(
            MatroskaIds.TrackEntry,
            Number(MatroskaIds.TrackNumber, 1),
            Number(MatroskaIds.TrackUid, 1),
            Number(MatroskaIds.TrackType, 1),
            Element(MatroskaIds.CodecId, Encoding.ASCII.GetBytes("V_UNCOMPRESSED")),
            format.Rate is { } rate ? Number(MatroskaIds.DefaultDuration, rate.FrameNs) : [],
            Element(
                MatroskaIds.Video,
                Number(MatroskaIds.PixelWidth, format.Width),
                Number(MatroskaIds.PixelHeight, format.Height),
                display,
                Element(MatroskaIds.FourCc, fourCc),
                colour));
        var name = Encoding.ASCII.GetBytes("EdgeRestore");
        stream.Write(Element(
            MatroskaIds.Ebml,
            Element(MatroskaIds.DocType, Encoding.ASCII.GetBytes("matroska")),
            Number(MatroskaIds.DocTypeVersion, 4),
            Number(MatroskaIds.DocTypeReadVersion, 2)));
        stream.Write(Identifier(MatroskaIds.Segment));
        stream.Write(UnknownSize);
        stream.Write(Element(
            MatroskaIds.Info,
            Number(MatroskaIds.TimestampScale, 1),
            Element(MatroskaIds.MuxingApp, name),
            Element(MatroskaIds.WritingApp, name)));
        stream.Write(Element(MatroskaIds.Tracks, entry));
        stream.Flush();
    }

    /// <summary>One cluster per frame: a block's own time has 16 bits, too few for nanoseconds.</summary>
    public void WriteFrame(ReadOnlySpan<byte> bytes, long timestampNs)
    {
        var timestamp = Number(MatroskaIds.Timestamp, timestampNs);
        // Track 1, no time after the cluster's, a key frame.
        byte[] head = [0x81, 0, 0, 0x80];
        byte[] block = [.. Identifier(MatroskaIds.SimpleBlock), .. Size(head.Length + bytes.Length), .. head];
        stream.Write([
            .. Identifier(MatroskaIds.Cluster), .. Size(timestamp.Length + block.Length + bytes.Length), .. timestamp,
            .. block,
        ]);
        stream.Write(bytes);
        stream.Flush();
    }

    // A written 0 would not say "not told": as a matrix it says that the planes are green, blue and red.
    private static byte[] Told(uint id, int value) => value == 0 ? [] : Number(id, value);

    private static byte[] Number(uint id, long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }

    private static byte[] Element(uint id, params byte[][] children)
    {
        var length = children.Sum(child => child.Length);
        return [.. Identifier(id), .. Size(length), .. children.SelectMany(child => child)];
    }

    private static byte[] Identifier(uint id)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        return bytes[(System.Numerics.BitOperations.LeadingZeroCount(id) / 8)..];
    }

    // Always eight bytes: the marker bit, then 56 bits.
    private static byte[] Size(long length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, length | (1L << 56));
        return bytes;
    }
}
