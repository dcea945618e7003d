using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Frames;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Daemon.Payloads;

/// <summary>Payloads of one stream into RGB frames; one thread at a time.</summary>
internal sealed class PayloadReader(PayloadFormat format, YuvEncoding yuv, LimitOptions limits, int minSide)
    : IDisposable
{
    // EXIF's segment is one of the first, and one segment is 64 KiB at most (Exif 2.3, 4.5.4 and 4.7.2).
    private const int ExifWithinBytes = 1 << 16;

    private JpegCodec? _jpeg;

    /// <summary>
    /// What is wrong with a payload of this length, before a byte of it is looked at; null when nothing is.
    /// </summary>
    public string? FindFault(int lengthBytes)
    {
        if (lengthBytes > limits.MaxPayloadBytes)
        {
            return $"The payload has {lengthBytes} bytes; allowed are {limits.MaxPayloadBytes}. Send smaller ones, or "
                + "raise Limits:MaxPayloadBytes.";
        }

        if (!format.IsRaw)
        {
            return lengthBytes > 0
                ? null
                : $"The payload is empty; allowed is one {format} image. Send a whole image in each frame.";
        }

        var expected = Frame.GetLengthBytes(format.Width, format.Height, format.Layout);
        return lengthBytes == expected
            ? null
            : $"The payload has {lengthBytes} bytes; a frame of {format} has {expected}. Send rows without padding, or "
                + "open the stream for the size that is sent.";
    }

    /// <summary>Decodes a payload whose length was checked; the caller disposes the frame.</summary>
    /// <param name="payload">RGB pixels become the frame where they lie; of anything else the payload stays as it
    /// was.</param>
    /// <exception cref="ImageException">The payload is not the image that it should be.</exception>
    public Frame Read(PooledBytes payload) => format switch
    {
        { Layout: PixelFormat.Rgb24 } => payload.ToFrame(format.Width, format.Height, PixelFormat.Rgb24),
        { IsRaw: true } => Convert(payload),
        { Codec: WireCodec.Jpeg } => ReadJpeg(payload.Span),
        _ => ReadImage(payload.Span),
    };

    /// <summary>
    /// Takes a payload that its sender may still write: as a frame where it lies, or, where that does not do, as a copy
    /// for <see cref="Read"/>. The caller disposes either, a frame before the memory goes.
    /// </summary>
    public (Frame? Frame, PooledBytes? Copy) TakeShared(Memory<byte> payload)
    {
        if (format.Layout == PixelFormat.Rgb24)
        {
            return (Frame.Wrap(payload, format.Width, format.Height, PixelFormat.Rgb24), null);
        }

        // Decoders read some bytes twice and rely on finding them unchanged; pixels may be any value at any time.
        var copy = PooledBytes.Rent(payload.Length);
        payload.Span.CopyTo(copy.Span);
        return (null, copy);
    }

    public void Dispose() => _jpeg?.Dispose();

    private Frame Convert(PooledBytes payload)
    {
        if (DeepGray.FindFault(payload.Span, format.Layout) is { } fault)
        {
            throw new ImageException(fault);
        }

        using var frame = Frame.Wrap(payload.Memory, format.Width, format.Height, format.Layout);
        var rgb = Frame.Rent(format.Width, format.Height, PixelFormat.Rgb24);
        PixelConversion.ToRgb24(frame, rgb, yuv);
        return rgb;
    }

    private Frame ReadJpeg(ReadOnlySpan<byte> payload)
    {
        _jpeg ??= new JpegCodec(limits.ImageLimits);
        var header = _jpeg.ReadHeader(payload);
        RequireSize(header.Width, header.Height);

        // A telephone's photograph lies on its side until EXIF is obeyed, which no result of a stream has. The first
        // look spares cameras' frames, which have none, the second.
        var isTurned = payload[..Math.Min(payload.Length, ExifWithinBytes)].IndexOf("Exif\0\0"u8) >= 0
            && ImageCodec.IsTurned(payload);

        // Cameras have no inks, but prepress files do, and what files go through knows them.
        return isTurned || header.HasInks ? DecodeWithinLimits(payload) : _jpeg.Decode(payload);
    }

    private Frame ReadImage(ReadOnlySpan<byte> payload)
    {
        var expected = format.FileFormat;
        var found = ImageCodec.Sniff(payload);
        if (found != expected)
        {
            throw new ImageException(
                $"The payload of {payload.Length} bytes is "
                + $"{(found == ImageFileFormat.Unknown ? "no known image" : found)}; "
                + $"the stream was opened for {expected}. Send {expected}, or open the stream for what is sent.");
        }

        return DecodeWithinLimits(payload);
    }

    private Frame DecodeWithinLimits(ReadOnlySpan<byte> payload)
    {
        var frame = ImageCodec.Decode(payload, limits.ImageLimits);
        try
        {
            RequireSize(frame.Width, frame.Height);
            return frame;
        }
        catch
        {
            frame.Dispose();
            throw;
        }
    }

    private void RequireSize(int width, int height)
    {
        if (limits.FindFault(width, height, minSide) is { } fault)
        {
            throw new ImageException(fault);
        }
    }
}
