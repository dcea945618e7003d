using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Frames;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Benchmarks.Fuzz;

/// <summary>
/// Damaged JPEG, PNG and WebP images through the daemon's reader: a frame within the limits, or one clear error.
/// </summary>
internal static class ImageFuzz
{
    private const int Width = 48;
    private const int Height = 32;

    // Small, so that images which lie about their size do not make the run long.
    private static readonly LimitOptions Limits = new()
    {
        MaxWidth = 512,
        MaxHeight = 512,
        MaxPixels = 512 * 512,
        MaxPayloadBytes = 1 << 20,
    };

    public static (int Taken, int Refused) Run(Random random, int count)
    {
        var images = new[] { WireCodec.Jpeg, WireCodec.Png, WireCodec.Webp }
            .Select(codec => (Codec: codec, Bytes: Encode(codec, random))).ToArray();
        var readers = images.Select(image => new PayloadReader(
            PayloadFormat.Encoded(image.Codec, 90), default, Limits, minSide: 16)).ToArray();
        var (taken, refused) = (0, 0);
        for (var index = 0; index < count; index++)
        {
            var kind = index % images.Length;
            var bytes = Damage.Of(images[kind].Bytes, random);
            if (readers[kind].FindFault(bytes.Length) is not null)
            {
                refused++;
                continue;
            }

            var payload = PooledBytes.Rent(bytes.Length);
            bytes.CopyTo(payload.Span);
            try
            {
                using var frame = readers[kind].Read(payload);
                if (Limits.FindFault(frame.Width, frame.Height, 16) is { } fault)
                {
                    throw new FuzzException(fault, bytes);
                }

                taken++;
            }
            catch (ImageException)
            {
                refused++;
            }
        }

        Array.ForEach(readers, reader => reader.Dispose());
        return FrameMemory.RentedBytes == 0
            ? (taken, refused)
            : throw new FuzzException($"{FrameMemory.RentedBytes} bytes of frames were not given back.", []);
    }

    public static byte[] Encode(WireCodec codec, Random random)
    {
        using var frame = Frame.Rent(Width, Height, PixelFormat.Rgb24);
        random.NextBytes(frame.Pixels);
        using var jpeg = new JpegCodec();
        return codec switch
        {
            WireCodec.Jpeg => jpeg.Encode(frame, 80).ToArray(),
            WireCodec.Png => ImageCodec.Encode(frame, ImageFileFormat.Png),
            _ => ImageCodec.Encode(frame, ImageFileFormat.WebP),
        };
    }
}
