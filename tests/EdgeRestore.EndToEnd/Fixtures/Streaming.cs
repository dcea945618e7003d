using EdgeRestore.Client;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.Inference;
using EdgeRestore.Protocol.V1;
using EdgeRestore.TestPackages;
using Google.Protobuf;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd.Fixtures;

/// <summary>Settings, payloads and exchanges that many tests use.</summary>
internal static class Streaming
{
    public const int Width = 64;

    public const int Height = 48;

    /// <summary>Raw RGB at the tests' size, LOSSLESS, every frame classified.</summary>
    public static OpenStream Rgb(int width = Width, int height = Height) => new()
    {
        StreamName = "test",
        Raw = new RawLayout { Layout = PixelLayout.Rgb24, Width = (uint)width, Height = (uint)height },
        Auto = new AutoRoute { ClassifyEveryFrames = 1 },
    };

    /// <summary>Image files in, raw RGB out.</summary>
    public static OpenStream Images(WireCodec codec) => new()
    {
        StreamName = "test",
        Codec = codec,
        Fixed = Degradation.Noise.ToWire(),
        RawOutput = PixelLayout.Rgb24,
    };

    /// <summary>A painted frame of the tests' size, as the Open Inference Protocol has it.</summary>
    public static ModelInferRequest InferRequest(string model) => new()
    {
        ModelName = model,
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "frame",
                Datatype = "UINT8",
                Shape = { 1, Height, Width, 3 },
            },
        },
        RawInputContents = { ByteString.CopyFrom(Paint()) },
    };

    public static byte[] Paint(
        Degradation degradation = Degradation.Noise, byte blue = 0, int width = Width, int height = Height)
    {
        using var frame = TestFrames.Create(width, height, degradation, isCertain: true, blue);
        return frame.Pixels.ToArray();
    }

    public static byte[] Encode(WireCodec codec, int width = Width, int height = Height)
    {
        using var frame = TestFrames.Create(width, height, Degradation.Noise);
        using var jpeg = new JpegCodec();
        return codec switch
        {
            WireCodec.Jpeg => jpeg.Encode(frame, 90).ToArray(),
            WireCodec.Png => ImageCodec.Encode(frame, ImageFileFormat.Png),
            _ => ImageCodec.Encode(frame, ImageFileFormat.WebP),
        };
    }

    /// <summary>Opens a stream within the patience of tests.</summary>
    public static Task<RestoreStream> OpenAsync(
        this RunningDaemon daemon, OpenStream settings, int maxFramesInFlight = 8) =>
        daemon.CreateClient().OpenAsync(settings, maxFramesInFlight).WaitAsync(Patience.Limit);

    /// <summary>Sends all payloads while receiving, and gives every reply.</summary>
    public static async Task<List<RestoredFrame>> ExchangeAsync(
        this RestoreStream stream, params IEnumerable<byte[]> payloads)
    {
        var receiving = stream.ReceiveAsync().ToListAsync();
        foreach (var payload in payloads)
        {
            await stream.SendAsync(payload).AsTask().WaitAsync(Patience.Limit);
        }

        await stream.CompleteAsync().WaitAsync(Patience.Limit);
        return await receiving;
    }
}
