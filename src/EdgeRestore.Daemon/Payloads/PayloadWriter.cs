using EdgeRestore.Codecs;
using EdgeRestore.Frames;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Daemon.Payloads;

/// <summary>RGB frames into payloads of one stream; one thread at a time.</summary>
internal sealed class PayloadWriter(PayloadFormat format, YuvEncoding yuv) : IDisposable
{
    private JpegCodec? _jpeg;

    /// <summary>Encodes a frame.</summary>
    /// <returns>Bytes that live as long as both the frame and their owner, which the caller disposes.</returns>
    /// <exception cref="ImageException">The frame's size does not fit the format.</exception>
    public (ReadOnlyMemory<byte> Bytes, IDisposable? Owner) Write(Frame rgb)
    {
        switch (format)
        {
            case { Layout: PixelFormat.Rgb24 }:
                return (rgb.Memory, null);
            case { IsRaw: true }:
                var frame = Convert(rgb);
                return (frame.Memory, frame);
            case { Codec: WireCodec.Jpeg }:
                _jpeg ??= new JpegCodec();
                return Copy(_jpeg.Encode(rgb, format.Quality));
            default:
                return (ImageCodec.Encode(rgb, format.FileFormat, format.Quality), null);
        }
    }

    public void Dispose() => _jpeg?.Dispose();

    private Frame Convert(Frame rgb)
    {
        if (format.Layout is PixelFormat.Nv12 or PixelFormat.I420 && (rgb.Width % 2 != 0 || rgb.Height % 2 != 0))
        {
            throw new ImageException(
                $"The frame is {rgb.Width}x{rgb.Height}; {format} halves chroma, so both must be even. Send even "
                + $"frames, or "
                + "open the stream for another output.");
        }

        var frame = Frame.Rent(rgb.Width, rgb.Height, format.Layout);
        PixelConversion.FromRgb24(rgb, frame, yuv);
        return frame;
    }

    private static (ReadOnlyMemory<byte> Bytes, IDisposable? Owner) Copy(ReadOnlySpan<byte> bytes)
    {
        var owner = PooledBytes.Rent(bytes.Length);
        bytes.CopyTo(owner.Span);
        return (owner.Memory, owner);
    }
}
