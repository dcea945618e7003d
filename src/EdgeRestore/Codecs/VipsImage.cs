using System.Runtime.InteropServices;
using EdgeRestore.Frames;

namespace EdgeRestore.Codecs;

internal delegate int VipsOperation(nint image, out nint result);

/// <summary>
/// One reference to a libvips image, given back on dispose. Operations are lazy: pixels flow at the end.
/// </summary>
internal sealed class VipsImage : IDisposable
{
    private readonly ImageFileFormat _format;

    public VipsImage(nint handle, ImageFileFormat format)
    {
        _format = format;
        if (handle == 0)
        {
            throw Damaged();
        }

        Handle = handle;
    }

    public nint Handle { get; private set; }

    public VipsImage Apply(VipsOperation operation) =>
        operation(Handle, out var result) == 0 ? new VipsImage(result, _format) : throw Damaged();

    /// <summary>Computes the pixels; the image has three 8-bit bands.</summary>
    public Frame ToFrame()
    {
        var (width, height, bands) = (Vips.Width(Handle), Vips.Height(Handle), Vips.Bands(Handle));
        if (bands != 3)
        {
            throw new ImageException($"{_format} image has {bands} colour channels after conversion; allowed are 3.");
        }

        var pixels = Vips.WriteToMemory(Handle, out var length);
        if (pixels == 0)
        {
            throw Damaged();
        }

        try
        {
            var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
            unsafe
            {
                new ReadOnlySpan<byte>((void*)pixels, Math.Min(frame.LengthBytes, checked((int)length)))
                    .CopyTo(frame.Pixels);
            }

            return frame;
        }
        finally
        {
            Vips.Free(pixels);
        }
    }

    public byte[] Encode(string suffix)
    {
        if (Vips.WriteToBuffer(Handle, suffix, out var bytes, out var length, 0) != 0)
        {
            throw new EdgeRestoreException($"Encoding as {_format} failed: {Vips.TakeError()}.");
        }

        try
        {
            var result = new byte[checked((int)length)];
            Marshal.Copy(bytes, result, 0, result.Length);
            return result;
        }
        finally
        {
            Vips.Free(bytes);
        }
    }

    public void Dispose()
    {
        if (Handle != 0)
        {
            Vips.Unref(Handle);
            Handle = 0;
        }
    }

    private ImageException Damaged() => new(
        $"{_format} image is damaged or uses a variant that is not read here: {Vips.TakeError()}. "
        + "Send a whole, valid file.");
}
