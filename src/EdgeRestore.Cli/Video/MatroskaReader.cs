using System.Buffers.Binary;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Video;

/// <summary>
/// Reads the one track of uncompressed frames that ffmpeg writes to a pipe. Matroska rather than bare pixels, because
/// it tells size, rate, colours and each frame's time, and the input is opened once only.
/// </summary>
internal sealed class MatroskaReader(Stream stream)
{
    // A size whose bits are all ones: the element ends where its parent or the stream does (RFC 8794, 6.2).
    private const long UnknownSize = -1;

    private readonly byte[] _small = new byte[8];
    private long _timestampScaleNs = 1_000_000;
    private long _clusterTimestamp;
    private VideoFormat? _format;

    /// <summary>Reads up to the first cluster; null when the stream ends before.</summary>
    /// <exception cref="InvalidDataException">It is no Matroska, or its frames are not I420 or gray.</exception>
    public VideoFormat? ReadHeader()
    {
        var entry = new TrackEntry();
        while (TryReadElement(out var id, out var length))
        {
            switch (id)
            {
                case MatroskaIds.Segment or MatroskaIds.Info or MatroskaIds.Tracks or MatroskaIds.TrackEntry
                    or MatroskaIds.Video or MatroskaIds.Colour:
                    // Their children are read as if they stood here: no two of them share an identifier.
                    break;
                case MatroskaIds.TimestampScale:
                    _timestampScaleNs = ReadUnsigned(length);
                    break;
                case MatroskaIds.Cluster:
                    _format = entry.ToFormat();
                    return _format;
                default:
                    if (!entry.Take(id, length, this))
                    {
                        Skip(length);
                    }

                    break;
            }
        }

        return null;
    }

    /// <summary>The next frame, which the caller disposes; null at the end.</summary>
    /// <exception cref="InvalidDataException">A frame has another length than the header tells.</exception>
    /// <exception cref="EndOfStreamException">The stream ends inside a frame.</exception>
    public VideoFrame? ReadFrame()
    {
        while (TryReadElement(out var id, out var length))
        {
            switch (id)
            {
                case MatroskaIds.Cluster or MatroskaIds.BlockGroup:
                    break;
                case MatroskaIds.Timestamp:
                    _clusterTimestamp = ReadUnsigned(length);
                    break;
                case MatroskaIds.SimpleBlock or MatroskaIds.Block:
                    return ReadBlock(length);
                default:
                    Skip(length);
                    break;
            }
        }

        return null;
    }

    private VideoFrame ReadBlock(long length)
    {
        // Track number (one byte for the first 127), time after the cluster's, flags.
        stream.ReadExactly(_small, 0, 4);
        var timestamp = _clusterTimestamp + BinaryPrimitives.ReadInt16BigEndian(_small.AsSpan(1));
        if (length - 4 != _format!.LengthBytes)
        {
            throw new InvalidDataException(
                $"ffmpeg gave a frame of {length - 4} bytes where {_format} takes {_format.LengthBytes}.");
        }

        var frame = new VideoFrame(_format.LengthBytes, timestamp * _timestampScaleNs);
        try
        {
            stream.ReadExactly(frame.Bytes.Span);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private bool TryReadElement(out uint id, out long length)
    {
        (id, length) = (0, 0);
        var first = stream.ReadByte();
        if (first < 0)
        {
            return false;
        }

        // The number of leading zeros tells how many bytes follow; an identifier keeps its marker bit, a size does not.
        var more = CountOfMore(first, 3);
        stream.ReadExactly(_small, 0, more);
        id = (uint)first;
        for (var index = 0; index < more; index++)
        {
            id = (id << 8) | _small[index];
        }

        first = stream.ReadByte();
        if (first < 0)
        {
            throw new EndOfStreamException();
        }

        more = CountOfMore(first, 7);
        stream.ReadExactly(_small, 0, more);
        length = first & ((1 << (7 - more)) - 1);
        var isUnknown = length == (1 << (7 - more)) - 1;
        for (var index = 0; index < more; index++)
        {
            length = (length << 8) | _small[index];
            isUnknown &= _small[index] == 0xFF;
        }

        length = isUnknown ? UnknownSize : length;
        return true;
    }

    private static int CountOfMore(int first, int most)
    {
        var more = System.Numerics.BitOperations.LeadingZeroCount((uint)first) - 24;
        return more <= most
            ? more
            : throw new InvalidDataException("What ffmpeg wrote is no Matroska: an element begins with a zero byte.");
    }

    private long ReadUnsigned(long length)
    {
        if (length is < 0 or > 8)
        {
            throw new InvalidDataException($"What ffmpeg wrote is no Matroska: a number of {length} bytes.");
        }

        stream.ReadExactly(_small, 0, (int)length);
        long value = 0;
        for (var index = 0; index < length; index++)
        {
            value = (value << 8) | _small[index];
        }

        return value;
    }

    private void ReadExactly(Span<byte> bytes) => stream.ReadExactly(bytes);

    private void Skip(long length)
    {
        if (length < 0)
        {
            throw new InvalidDataException(
                "What ffmpeg wrote is no Matroska: an element without an end that is not known.");
        }

        var rest = new byte[4096];
        while (length > 0)
        {
            var count = (int)Math.Min(length, rest.Length);
            stream.ReadExactly(rest, 0, count);
            length -= count;
        }
    }

    // What the header has told so far of the track.
    private sealed class TrackEntry
    {
        // BITMAPINFOHEADER, in which ffmpeg puts what Matroska has no code for: 40 bytes, bits a pixel in the 15th and
        // 16th.
        private const int BitmapHeaderBytes = 40;
        private const int BitCountOffset = 14;

        private readonly Dictionary<uint, long> _values = [];
        private int _bitmapBits;

        public bool Take(uint id, long length, MatroskaReader reader)
        {
            if (id == MatroskaIds.CodecPrivate && length == BitmapHeaderBytes)
            {
                var header = new byte[BitmapHeaderBytes];
                reader.ReadExactly(header);
                _bitmapBits = BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(BitCountOffset));
                return true;
            }

            if (id is not (MatroskaIds.DefaultDuration or MatroskaIds.PixelWidth or MatroskaIds.PixelHeight
                or MatroskaIds.DisplayWidth or MatroskaIds.DisplayHeight or MatroskaIds.FourCc
                or MatroskaIds.MatrixCoefficients or MatroskaIds.ChromaSitingHorizontal
                or MatroskaIds.ChromaSitingVertical or MatroskaIds.Range or MatroskaIds.TransferCharacteristics
                or MatroskaIds.Primaries))
            {
                return false;
            }

            _values[id] = reader.ReadUnsigned(length);
            return true;
        }

        public VideoFormat ToFormat()
        {
            var (width, height) = (Of(MatroskaIds.PixelWidth), Of(MatroskaIds.PixelHeight));
            var (shownWidth, shownHeight) = (Of(MatroskaIds.DisplayWidth), Of(MatroskaIds.DisplayHeight));
            var isSquare = shownWidth == 0 || shownHeight == 0
                || (long)shownWidth * height == (long)shownHeight * width;
            return new VideoFormat
            {
                Width = width,
                Height = height,
                Layout = Of(MatroskaIds.FourCc) switch
                {
                    // Of the layouts that ffmpeg was asked for.
                    0 when _bitmapBits == 10 => PixelFormat.Gray10Le,
                    0 when _bitmapBits == 16 => PixelFormat.Gray16Le,
                    MatroskaWriter.I420 => PixelFormat.I420,
                    MatroskaWriter.Y800 => PixelFormat.Gray8,
                    MatroskaWriter.Y10 => PixelFormat.Gray10Le,
                    MatroskaWriter.Y16 => PixelFormat.Gray16Le,
                    var other => throw new InvalidDataException($"ffmpeg gave frames of layout 0x{other:X8}."),
                },
                Rate = Of(MatroskaIds.DefaultDuration) is > 0 and var frameNs ? FrameRate.FromFrameNs(frameNs) : null,
                MatrixCode = Of(MatroskaIds.MatrixCoefficients),
                RangeCode = Of(MatroskaIds.Range),
                TransferCode = Of(MatroskaIds.TransferCharacteristics),
                PrimariesCode = Of(MatroskaIds.Primaries),
                ChromaSitingHorizontal = Of(MatroskaIds.ChromaSitingHorizontal),
                ChromaSitingVertical = Of(MatroskaIds.ChromaSitingVertical),
                DisplayWidth = isSquare ? 0 : shownWidth,
                DisplayHeight = isSquare ? 0 : shownHeight,
            };
        }

        private int Of(uint id) => (int)_values.GetValueOrDefault(id);
    }
}
