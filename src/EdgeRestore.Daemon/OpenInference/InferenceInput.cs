using System.Buffers.Binary;
using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.Frames;
using EdgeRestore.Protocol.Inference;
using Grpc.Core;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Daemon.OpenInference;

/// <summary>The frames of one request: raw pixels, or image files as BYTES.</summary>
/// <param name="Frames">Each with what it is.</param>
/// <param name="HasBatch">Whether the shape names their number: [N,H,W,3] or [N], not [H,W,3].</param>
internal sealed record InferenceInput(
    IReadOnlyList<(ReadOnlyMemory<byte> Payload, PayloadFormat Format)> Frames, bool HasBatch)
{
    /// <summary>Frames of one request; they run one after another.</summary>
    public const int MaxFrameCount = 64;

    private const int LengthPrefixBytes = 4;

    /// <param name="request">What was sent.</param>
    /// <param name="limits">Of frames.</param>
    /// <param name="minSide">The network's.</param>
    /// <param name="findPlace">Finds a tensor's place in shared memory; null where it is part of the message.</param>
    /// <exception cref="RpcException">The tensor is not one that this daemon takes.</exception>
    public static InferenceInput Read(
        ModelInferRequest request,
        LimitOptions limits,
        int minSide,
        Func<ModelInferRequest.Types.InferInputTensor, TensorPlace?> findPlace)
    {
        if (request.Inputs.Count != 1 || request.Inputs[0].Name != InferenceModel.InputName)
        {
            throw Fault(
                $"The request has inputs [{string.Join(", ", request.Inputs.Take(8).Select(input => input.Name))}]; "
                + $"allowed is one, '{InferenceModel.InputName}'. ModelMetadata describes it.");
        }

        var input = request.Inputs[0];
        var place = findPlace(input);
        if (place is not null && (request.RawInputContents.Count > 0 || input.Contents is not null))
        {
            throw Fault($"'{input.Name}' lies in shared memory and has contents too. Send one of them.");
        }

        if (request.RawInputContents.Count > 0 && input.Contents is not null)
        {
            throw Fault(
                "contents field must not be specified when using raw_input_contents for '" + input.Name
                + "'. Send one of them.");
        }

        if (request.RawInputContents.Count > 1
            || (request.RawInputContents.Count == 0 && input.Contents is null && place is null))
        {
            throw Fault(
                $"unable to find data for input tensor '{input.Name}': there are {request.RawInputContents.Count} raw "
                + "contents for one input. Send one, or typed contents.");
        }

        var raw = place is not null ? ReadShared(input.Name, place, limits)
            : request.RawInputContents.FirstOrDefault()?.Memory;
        return input.Datatype switch
        {
            "UINT8" => ReadPixels(input, raw, limits, minSide),
            "BYTES" => ReadImages(input, raw),
            _ => throw Fault(
                $"The datatype of '{input.Name}' is '{Shorten(input.Datatype)}'; allowed are UINT8 (pixels) and BYTES "
                + "(JPEG, PNG or WebP). Send one of these."),
        };
    }

    public static RpcException Fault(string detail) => new(Protocol.WireStatus.From(RestoreError.Input, detail));

    // Read at once: what lies there may change at any time. As much as a message may hold.
    private static ReadOnlyMemory<byte> ReadShared(string name, TensorPlace place, LimitOptions limits) =>
        place.LengthBytes <= limits.MaxPayloadBytes ? place.Region.Read(place.Offset, (int)place.LengthBytes)
        : throw Fault(
            $"'{name}' has {place.LengthBytes} bytes in shared memory; allowed are {limits.MaxPayloadBytes}. Send "
            + "fewer frames at once, or raise Limits:MaxPayloadBytes.");

    private static InferenceInput ReadPixels(
        ModelInferRequest.Types.InferInputTensor input, ReadOnlyMemory<byte>? raw, LimitOptions limits, int minSide)
    {
        var shape = input.Shape;
        var hasBatch = shape.Count == 4;
        if (shape.Count is not (3 or 4) || shape[^1] != 3 || shape.Any(side => side is < 1 or > int.MaxValue))
        {
            throw Fault(
                $"The shape of '{input.Name}' is [{string.Join(",", shape.Take(8))}]; allowed is [N,height,width,3] or "
                + "[height,width,3]. Send RGB pixels, rows without padding.");
        }

        var count = CheckCount(hasBatch ? shape[0] : 1);
        var (width, height) = ((int)shape[^2], (int)shape[^3]);
        if (limits.FindFault(width, height, minSide) is { } fault)
        {
            throw Fault(fault);
        }

        var lengthBytes = Frame.GetLengthBytes(width, height, PixelFormat.Rgb24);
        var bytes = raw ?? Narrow(input.Contents.UintContents);
        if (bytes.Length != (long)lengthBytes * count)
        {
            throw Fault(
                $"'{input.Name}' has {bytes.Length} bytes; {count} frames of {width}x{height} have "
                + $"{(long)lengthBytes * count}. Send as many as the shape says.");
        }

        var format = PayloadFormat.Raw(PixelFormat.Rgb24, width, height);
        return new InferenceInput(
            [.. Enumerable.Range(0, count).Select(index => (bytes.Slice(index * lengthBytes, lengthBytes), format))],
            hasBatch);
    }

    private static InferenceInput ReadImages(ModelInferRequest.Types.InferInputTensor input, ReadOnlyMemory<byte>? raw)
    {
        if (input.Shape.Count is not (1 or 2) || input.Shape[0] < 1 || (input.Shape.Count == 2 && input.Shape[1] != 1))
        {
            throw Fault(
                $"The shape of '{input.Name}' is [{string.Join(",", input.Shape.Take(8))}]; allowed for BYTES is [N] "
                + "or [N,1]. Send whole image files.");
        }

        var count = CheckCount(input.Shape[0]);
        var images = raw is { } bytes ? Split(bytes, input.Name)
            : [.. input.Contents.BytesContents.Select(content => content.Memory)];
        if (images.Count != count)
        {
            throw Fault(
                $"'{input.Name}' has {images.Count} elements where its shape says {count}. Put four bytes of length, "
                + "little-endian, before each.");
        }

        return new InferenceInput(
            [.. images.Select(image => (image, PayloadFormat.Encoded(CodecOf(image), 90)))], true);
    }

    private static int CheckCount(long count) => count <= MaxFrameCount ? (int)count
        : throw Fault($"The request has {count} frames; allowed are {MaxFrameCount}. Send fewer at once.");

    private static ReadOnlyMemory<byte> Narrow(IReadOnlyList<uint> values) =>
        values.All(value => value <= byte.MaxValue) ? values.Select(value => (byte)value).ToArray()
        : throw Fault("uint_contents holds values beyond 255; allowed are bytes. Send raw_input_contents.");

    private static List<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> raw, string name)
    {
        var images = new List<ReadOnlyMemory<byte>>();
        while (raw.Length > 0 && images.Count <= MaxFrameCount)
        {
            var length = raw.Length < LengthPrefixBytes ? uint.MaxValue
                : BinaryPrimitives.ReadUInt32LittleEndian(raw.Span);
            if (length > raw.Length - LengthPrefixBytes)
            {
                throw Fault(
                    $"'{name}' ends within an element. Put four bytes of length, little-endian, before each image.");
            }

            images.Add(raw.Slice(LengthPrefixBytes, (int)length));
            raw = raw[(LengthPrefixBytes + (int)length)..];
        }

        return images;
    }

    private static WireCodec CodecOf(ReadOnlyMemory<byte> image) => ImageCodec.Sniff(image.Span) switch
    {
        ImageFileFormat.Png => WireCodec.Png,
        ImageFileFormat.WebP => WireCodec.Webp,
        _ => WireCodec.Jpeg,
    };

    private static string Shorten(string text) => text.Length <= 32 ? text : text[..32];
}
