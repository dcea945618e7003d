using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Packages;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using Grpc.Core;
using Degradation = EdgeRestore.Degradations.Degradation;
using WireDegradation = EdgeRestore.Protocol.V1.Degradation;

namespace EdgeRestore.Daemon.Streams;

/// <summary>
/// Turns an open message into settings, filling in defaults; collects all that is wrong before it refuses.
/// </summary>
internal sealed class StreamNegotiation(PackageManifest manifest, LimitOptions limits)
{
    private readonly List<string> _faults = [];

    /// <summary>The settings that <c>restore.proto</c> promises for this message.</summary>
    /// <exception cref="RpcException">Something is unknown, missing or out of range.</exception>
    public StreamSettings Agree(OpenStream open, string defaultName)
    {
        var input = ReadInput(open);
        var settings = new StreamSettings
        {
            Name = ReadName(open.StreamName, defaultName),
            Delivery = ReadEnum(open.Delivery, Delivery.Lossless, "delivery"),
            LiveDepth = ReadCount(
                open.LiveDepth, WireLimits.DefaultLiveDepth, WireLimits.MaxLiveDepth, "live_depth"),
            Deadline = open.FrameDeadlineMs == 0 ? null : TimeSpan.FromMilliseconds(ReadCount(
                open.FrameDeadlineMs, 0, WireLimits.MaxFrameDeadlineMs, "frame_deadline_ms")),
            Priority = ReadEnum(open.Priority, Priority.Normal, "priority"),
            Shared = open.SharedMemory,
            Routing = ReadRouting(open),
            Strength = ReadShare(open.HasStrength, open.Strength, "strength") ?? WireLimits.DefaultStrength,
            Input = input,
            Output = ReadOutput(open, input),
            Yuv = new YuvEncoding(
                ReadEnum(open.YuvMatrix, Protocol.V1.YuvMatrix.Bt601, "yuv_matrix") == Protocol.V1.YuvMatrix.Bt709
                    ? Frames.YuvMatrix.Bt709 : Frames.YuvMatrix.Bt601,
                ReadEnum(open.YuvRange, Protocol.V1.YuvRange.Limited, "yuv_range") == Protocol.V1.YuvRange.Full
                    ? Frames.YuvRange.Full : Frames.YuvRange.Limited),
        };
        return _faults.Count == 0
            ? settings
            : throw new RpcException(WireStatus.From(
                RestoreError.Input, $"The stream was not opened. {string.Join(' ', _faults)}"));
    }

    private string ReadName(string name, string defaultName)
    {
        if (name.Length > WireLimits.MaxStreamNameLength || name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            _faults.Add(
                $"stream_name has {name.Length} characters, or some that are not printable ASCII; allowed are up to "
                + $"{WireLimits.MaxStreamNameLength}, printable ASCII only. Choose another name, or leave it empty.");
        }

        return name.Length == 0 ? defaultName : name;
    }

    private PayloadFormat ReadInput(OpenStream open)
    {
        switch (open.InputCase)
        {
            case OpenStream.InputOneofCase.Codec:
                return PayloadFormat.Encoded(ReadCodec(open.Codec, "codec"), WireLimits.DefaultQuality);
            case OpenStream.InputOneofCase.Raw:
                var layout = ReadLayout(open.Raw.Layout, "raw.layout");
                if (FindSizeFault(layout, open.Raw.Width, open.Raw.Height) is { } fault)
                {
                    _faults.Add(fault);
                    return PayloadFormat.Raw(layout, 2, 2);
                }

                return PayloadFormat.Raw(layout, (int)open.Raw.Width, (int)open.Raw.Height);
            default:
                _faults.Add("There is no input; allowed is raw (layout, width and height) or codec. Set one of them.");
                return PayloadFormat.Raw(PixelFormat.Rgb24, 2, 2);
        }
    }

    private string? FindSizeFault(PixelFormat layout, uint width, uint height)
    {
        // Beyond int, any size is beyond the limits.
        var (w, h) = ((int)Math.Min(width, int.MaxValue), (int)Math.Min(height, int.MaxValue));
        if (limits.FindFault(w, h, manifest.Network.MinSidePixels) is { } fault)
        {
            return fault;
        }

        if (layout is PixelFormat.Nv12 or PixelFormat.I420 && (w % 2 != 0 || h % 2 != 0))
        {
            return $"raw is {w}x{h}; {layout.ToWire().ToWireName()} halves chroma, so both must be even. "
                + "Crop a row or column, or send another layout.";
        }

        var lengthBytes = Frame.GetLengthBytes(w, h, layout);
        return lengthBytes > limits.MaxPayloadBytes
            ? $"raw frames of {w}x{h} take {lengthBytes} bytes; allowed are {limits.MaxPayloadBytes}. Send smaller or "
                + "JPEG, or raise Limits:MaxPayloadBytes."
            : null;
    }

    private PayloadFormat ReadOutput(OpenStream open, PayloadFormat input)
    {
        var output = open.OutputCase switch
        {
            OpenStream.OutputOneofCase.RawOutput =>
                PayloadFormat.Raw(ReadLayout(open.RawOutput, "raw_output"), input.Width, input.Height),
            OpenStream.OutputOneofCase.EncodedOutput => PayloadFormat.Encoded(
                ReadCodec(open.EncodedOutput.Codec, "encoded_output.codec"),
                ReadCount(
                    open.EncodedOutput.Quality,
                    WireLimits.DefaultQuality,
                    WireLimits.MaxQuality,
                    "encoded_output.quality")),
            _ => input,
        };
        if (output.Layout is PixelFormat.Nv12 or PixelFormat.I420 && (output.Width % 2 != 0 || output.Height % 2 != 0))
        {
            _faults.Add(
                $"raw_output is {output.Layout.ToWire().ToWireName()} for frames of {input.Width}x{input.Height}; it "
                + $"halves "
                + "chroma, so both must be even. Choose another output.");
        }

        return output;
    }

    private RoutingOptions ReadRouting(OpenStream open)
    {
        if (open.RouteCase == OpenStream.RouteOneofCase.Fixed)
        {
            return new RoutingOptions { FixedRoute = ReadDegradation(open.Fixed, "fixed") };
        }

        var auto = open.Auto ?? new AutoRoute();
        return new RoutingOptions
        {
            Allowed = auto.Allowed.Count == 0
                ? null
                : auto.Allowed.Select(wire => ReadDegradation(wire, "auto.allowed")).ToHashSet(),
            ClassifyEveryFrames = ReadCount(
                auto.ClassifyEveryFrames,
                WireLimits.DefaultClassifyEveryFrames,
                WireLimits.MaxClassifyEveryFrames,
                "auto.classify_every_frames"),
            Threshold = ReadShare(auto.HasMinConfidence, auto.MinConfidence, "auto.min_confidence"),
        };
    }

    private Degradation ReadDegradation(WireDegradation wire, string field)
    {
        if (!wire.TryFromWire(out var degradation))
        {
            _faults.Add(Unknown(wire, field));
            return Degradation.Clear;
        }

        var available = manifest.Routes.Select(route => route.Degradation);
        return degradation == Degradation.Clear || available.Contains(degradation)
            ? degradation
            : throw new RpcException(WireStatus.NoSubnetwork(degradation, manifest.Name, available));
    }

    private PixelFormat ReadLayout(PixelLayout layout, string field)
    {
        if (layout.TryFromWire(out var format))
        {
            return format;
        }

        _faults.Add(Unknown(layout, field));
        return PixelFormat.Rgb24;
    }

    private ImageCodec ReadCodec(ImageCodec codec, string field)
    {
        if (codec != ImageCodec.Unspecified && Enum.IsDefined(codec))
        {
            return codec;
        }

        _faults.Add(Unknown(codec, field));
        return ImageCodec.Jpeg;
    }

    private T ReadEnum<T>(T value, T defaultValue, string field)
        where T : struct, Enum
    {
        if (Enum.IsDefined(value))
        {
            return EqualityComparer<T>.Default.Equals(value, default) ? defaultValue : value;
        }

        _faults.Add(Unknown(value, field));
        return defaultValue;
    }

    private int ReadCount(uint value, int defaultValue, int maximum, string field)
    {
        if (value <= maximum)
        {
            return value == 0 ? defaultValue : (int)value;
        }

        _faults.Add($"{field} is {value}; allowed is 1 to {maximum}, or 0 for "
            + $"{(defaultValue == 0 ? "no limit" : defaultValue)}. Lower it.");
        return defaultValue;
    }

    private float? ReadShare(bool isPresent, float value, string field)
    {
        if (!isPresent)
        {
            return null;
        }

        // Written so that NaN is refused too.
        if (!(value is >= 0 and <= 1))
        {
            _faults.Add($"{field} is {value}; allowed is 0 to 1. Correct it, or leave it out for the default.");
        }

        return value;
    }

    private static string Unknown<T>(T value, string field)
        where T : struct, Enum =>
        $"{field} is {value.ToWireName()}, which this daemon does not know; allowed are {WireEnums.AllNames<T>()}. "
        + "Set one of these.";
}
