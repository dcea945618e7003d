using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRestore.Degradations;

namespace EdgeRestore.Quantization.Calibration;

/// <summary>The bytes of a calibration file.</summary>
/// <remarks>
/// Lines of text that any pager shows, then counts: (1) <c>EdgeRestore calibration 2</c>, (2) length of the header in
/// bytes, (3) the header, JSON with frames and every tensor's range, (4) per tensor with counts, in the header's order,
/// the number of bins that hold anything, and for each the distance from the last one and its count, as unsigned
/// LEB128; then, per tensor with channels, frames (8 bytes) and for each channel least, greatest (float32) and the sum
/// of its means (8 bytes), little-endian, (5) SHA-256 of everything before.
/// </remarks>
internal static class CalibrationFormat
{
    private const string Magic = "EdgeRestore calibration 2\n";

    // A dozen graphs of a thousand tensors come to a few megabytes.
    private const int MaxHeaderBytes = 256 << 20;

    public static void Write(CalibrationFile file, Stream stream)
    {
        using var hash = SHA256.Create();
        using (var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
        {
            var header = JsonSerializer.SerializeToUtf8Bytes(
                ToHeader(file), CalibrationJsonContext.Default.CalibrationHeader);
            hashing.Write(Encoding.ASCII.GetBytes(Magic));
            hashing.Write(Encoding.ASCII.GetBytes(header.Length.ToString(CultureInfo.InvariantCulture) + "\n"));
            hashing.Write(header);
            hashing.WriteByte((byte)'\n');
            foreach (var tensor in file.Graphs.SelectMany(graph => graph.Tensors))
            {
                if (tensor.Histogram is { } histogram)
                {
                    WriteCounts(hashing, histogram);
                }

                if (tensor.Channels is { } channels)
                {
                    WriteChannels(hashing, channels);
                }
            }
        }

        stream.Write(hash.Hash!);
    }

    public static CalibrationFile Read(byte[] bytes, string name)
    {
        var magic = Encoding.ASCII.GetBytes(Magic);
        if (!bytes.AsSpan().StartsWith(magic))
        {
            throw new CalibrationException(
                $"'{name}' is not a calibration: it does not begin with '{Magic.TrimEnd()}'. Make one with 'quantize "
                + "calibrate'.");
        }

        try
        {
            var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
            if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            {
                throw new InvalidDataException("its SHA-256 does not fit");
            }

            var rest = content[magic.Length..];
            var line = rest.IndexOf((byte)'\n');
            var length = int.Parse(Encoding.ASCII.GetString(rest[..line]), CultureInfo.InvariantCulture);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxHeaderBytes);
            var header = JsonSerializer.Deserialize(
                rest.Slice(line + 1, length), CalibrationJsonContext.Default.CalibrationHeader)
                ?? throw new InvalidDataException("its header is null");
            return ToFile(header, rest[(line + length + 2)..]);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or FormatException
            or ArgumentException or OverflowException or IndexOutOfRangeException)
        {
            throw new CalibrationException(
                $"The calibration '{name}' is damaged: {exception.Message}. Copy it again, or calibrate again.",
                exception);
        }
    }

    private static CalibrationHeader ToHeader(CalibrationFile file) => new()
    {
        Package = file.Package,
        PackageSha256 = file.PackageSha256,
        IsComplete = file.IsComplete,
        Frames = [.. file.Frames.Select(frame => new FrameHeader
        {
            Sha256 = frame.Sha256,
            Name = frame.Name,
            Degradation = frame.Degradation.ToName(),
        })],
        Graphs =
        [
            .. file.Graphs.Select(graph => new GraphHeader
            {
                File = graph.File,
                RangedFrames = [.. graph.RangedFrames],
                CountedFrames = [.. graph.CountedFrames],
                Tensors =
                [
                    .. graph.Tensors.Select(tensor => new TensorHeader
                    {
                        Name = tensor.Name,
                        Min = tensor.Min,
                        Max = tensor.Max,
                        PeakFrame = tensor.PeakFrame,
                        FirstPeak = tensor.Peaks.First,
                        SecondPeak = tensor.Peaks.Second,
                        MaxElementCount = tensor.MaxElementCount,
                        GridExponent = tensor.Histogram?.Exponent,
                        Channels = tensor.Channels?.Count,
                    }),
                ],
            }),
        ],
    };

    private static CalibrationFile ToFile(CalibrationHeader header, ReadOnlySpan<byte> counts)
    {
        var graphs = ImmutableArray.CreateBuilder<CalibratedGraph>();
        foreach (var graph in header.Graphs)
        {
            var tensors = ImmutableArray.CreateBuilder<TensorStatistics>();
            foreach (var tensor in graph.Tensors)
            {
                var histogram = tensor.GridExponent is { } exponent ? ReadCounts(exponent, ref counts) : null;
                var channels = tensor.Channels is { } count ? ReadChannels(count, ref counts) : null;
                tensors.Add(TensorStatistics.Restore(
                    tensor.Name, (tensor.Min, tensor.Max), (tensor.PeakFrame, tensor.FirstPeak, tensor.SecondPeak),
                    tensor.MaxElementCount, histogram, channels));
            }

            graphs.Add(new CalibratedGraph(graph.File, tensors.ToImmutable())
            {
                RangedFrames = graph.RangedFrames.ToImmutableSortedSet(StringComparer.Ordinal),
                CountedFrames = graph.CountedFrames.ToImmutableSortedSet(StringComparer.Ordinal),
            });
        }

        return new CalibrationFile
        {
            Package = header.Package,
            PackageSha256 = header.PackageSha256,
            IsComplete = header.IsComplete,
            Frames = [.. header.Frames.Select(ToSource)],
            Graphs = graphs.ToImmutable(),
        };
    }

    private static CalibrationSource ToSource(FrameHeader frame) =>
        DegradationNames.TryParse(frame.Degradation, out var degradation)
            ? new CalibrationSource(frame.Sha256, frame.Name, degradation)
            : throw new InvalidDataException($"it names a degradation '{frame.Degradation}'");

    private static void WriteCounts(Stream stream, TensorHistogram histogram)
    {
        var counts = histogram.Counts;
        var filled = 0L;
        foreach (var count in counts)
        {
            filled += count > 0 ? 1 : 0;
        }

        WriteNumber(stream, filled);
        var last = 0;
        for (var bin = 0; bin < counts.Length; bin++)
        {
            if (counts[bin] > 0)
            {
                WriteNumber(stream, bin - last);
                WriteNumber(stream, counts[bin]);
                last = bin;
            }
        }
    }

    private static TensorHistogram ReadCounts(int exponent, ref ReadOnlySpan<byte> bytes)
    {
        if (exponent is < TensorHistogram.MinExponent or > 128)
        {
            throw new InvalidDataException($"a grid ends at 2^{exponent}");
        }

        var counts = new long[2 * TensorHistogram.BinsPerSide];
        var filled = ReadNumber(ref bytes);
        var bin = 0L;
        for (var index = 0L; index < filled; index++)
        {
            bin = checked(bin + ReadNumber(ref bytes));
            counts[bin] = ReadNumber(ref bytes);
        }

        return new TensorHistogram(exponent, counts);
    }

    private static void WriteChannels(Stream stream, ChannelStatistics channels)
    {
        Span<byte> number = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(number, channels.FrameCount);
        stream.Write(number);
        for (var channel = 0; channel < channels.Count; channel++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(number, channels.Mins[channel]);
            BinaryPrimitives.WriteSingleLittleEndian(number[sizeof(float)..], channels.Maxs[channel]);
            stream.Write(number);
            BinaryPrimitives.WriteInt64LittleEndian(number, channels.Sums[channel]);
            stream.Write(number);
        }
    }

    private static ChannelStatistics ReadChannels(int count, ref ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var frames = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        bytes = bytes[sizeof(long)..];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, bytes.Length / (2 * sizeof(long)));
        var (mins, maxs, sums) = (new float[count], new float[count], new long[count]);
        for (var channel = 0; channel < count; channel++)
        {
            mins[channel] = BinaryPrimitives.ReadSingleLittleEndian(bytes);
            maxs[channel] = BinaryPrimitives.ReadSingleLittleEndian(bytes[sizeof(float)..]);
            sums[channel] = BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(long)..]);
            bytes = bytes[(2 * sizeof(long))..];
        }

        return new ChannelStatistics(mins, maxs, sums, frames);
    }

    private static void WriteNumber(Stream stream, long number)
    {
        while (number >= 0x80)
        {
            stream.WriteByte((byte)(number | 0x80));
            number >>= 7;
        }

        stream.WriteByte((byte)number);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = bytes[0];
            bytes = bytes[1..];
            number |= (long)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("a count has more than 63 bits");
    }
}

internal sealed record CalibrationHeader
{
    public required string Package { get; init; }

    public required string PackageSha256 { get; init; }

    public required bool IsComplete { get; init; }

    public required IReadOnlyList<FrameHeader> Frames { get; init; }

    public required IReadOnlyList<GraphHeader> Graphs { get; init; }
}

internal sealed record FrameHeader
{
    public required string Sha256 { get; init; }

    public required string Name { get; init; }

    public required string Degradation { get; init; }
}

internal sealed record GraphHeader
{
    public required string File { get; init; }

    public required IReadOnlyList<string> RangedFrames { get; init; }

    public required IReadOnlyList<string> CountedFrames { get; init; }

    public required IReadOnlyList<TensorHeader> Tensors { get; init; }
}

internal sealed record TensorHeader
{
    public required string Name { get; init; }

    public required float Min { get; init; }

    public required float Max { get; init; }

    public required string PeakFrame { get; init; }

    public required float FirstPeak { get; init; }

    public required float SecondPeak { get; init; }

    public required long MaxElementCount { get; init; }

    public int? GridExponent { get; init; }

    public int? Channels { get; init; }
}

// Frames that were not seen yet leave a range from +infinity to -infinity.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CalibrationHeader))]
internal sealed partial class CalibrationJsonContext : JsonSerializerContext;
