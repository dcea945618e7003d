using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Settings;
using EdgeRestore.EndToEnd.Fixtures;
using EdgeRestore.TestPackages;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.EndToEnd;

/// <summary>One image over HTTP: negotiation, and every way to get it wrong.</summary>
public sealed class RestTests
{
    private static readonly ImageLimits Large = new(1 << 24, 1 << 12);

    [Theory]
    [InlineData(WireCodec.Jpeg, null, "image/jpeg")]
    [InlineData(WireCodec.Png, null, "image/png")]
    [InlineData(WireCodec.Webp, "*/*", "image/webp")]
    [InlineData(WireCodec.Png, "image/*", "image/png")]
    [InlineData(WireCodec.Png, "image/jpeg", "image/jpeg")]
    [InlineData(WireCodec.Jpeg, "text/html, image/webp;q=0.5, image/png;q=0.9", "image/png")]
    [InlineData(WireCodec.Jpeg, "*/*;q=0.1, image/webp", "image/webp")]
    [InlineData(WireCodec.Jpeg, "image/jpeg;q=0, */*", "image/png")]
    public async Task Image_ComesBackInTheTypeThatIsAcceptedBest(WireCodec codec, string? accept, string expected)
    {
        await using var daemon = await StartAsync();

        using var response = await PostAsync(daemon, Streaming.Encode(codec), accept: accept);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        using var frame = ImageCodec.Decode(await response.Content.ReadAsByteArrayAsync(), Large);
        Assert.Equal((Streaming.Width, Streaming.Height), (frame.Width, frame.Height));
    }

    [Fact]
    public async Task Pixels_AreThoseOfTheRouteAndHeadersTellIt()
    {
        await using var daemon = await StartAsync();

        // PNG keeps every byte.
        using var response = await PostAsync(daemon, Streaming.Encode(WireCodec.Png));

        using var given = TestFrames.Create(Streaming.Width, Streaming.Height, Degradation.Noise);
        using var restored = ImageCodec.Decode(await response.Content.ReadAsByteArrayAsync(), Large);
        Assert.Equal(given.Pixels[2] + TestPackage.LevelsOf(Degradation.Noise), restored.Pixels[2]);
        Assert.Equal("noise", response.Headers.GetValues("EdgeRestore-Route").Single());
        Assert.Equal("false", response.Headers.GetValues("EdgeRestore-Bypassed").Single());
        Assert.Contains("run;dur=", response.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        Assert.Equal(
            (1ul, 1ul),
            daemon.Streams.Registry.Total.Read() is var frames ? (frames.Received, frames.Restored) : default);
    }

    [Theory]
    [InlineData(WireCodec.Jpeg)]
    [InlineData(WireCodec.Png)]
    [InlineData(WireCodec.Webp)]
    public async Task ImagePassesThrough_TheSameFileComesBackAndHeadersTellWhy(WireCodec codec)
    {
        await using var daemon = await StartAsync();
        var file = Streaming.Encode(codec);

        using var response = await PostAsync(daemon, file, "?route=clear");

        Assert.Equal("clear", response.Headers.GetValues("EdgeRestore-Bypass-Reason").Single());
        Assert.Equal(file, await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task JpegThatExifTurns_ComesBackUpright()
    {
        await using var daemon = await StartAsync();
        var jpeg = Streaming.Encode(WireCodec.Jpeg);

        // APP1 with one big-endian IFD entry: orientation (0x0112), SHORT, 6 = turn clockwise.
        byte[] exif =
        [
            0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
            0, 0, 0, 0,
        ];
        using var response = await PostAsync(daemon, [.. jpeg[..2], .. exif, .. jpeg[2..]], "?route=noise");

        using var frame = ImageCodec.Decode(await response.Content.ReadAsByteArrayAsync(), Large);
        Assert.Equal((Streaming.Height, Streaming.Width), (frame.Width, frame.Height));
    }

    [Fact]
    public async Task JpegInInks_ComesBackInColours()
    {
        await using var daemon = await StartAsync();

        using var response = await PostAsync(
            daemon, InkJpeg.Create(Streaming.Width, Streaming.Height, 200, 90, 60, 220), "?route=noise");

        using var codec = new JpegCodec();
        Assert.Equal(
            (Streaming.Width, Streaming.Height), codec.ReadSize(await response.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task Photograph_ComesBackUprightWithWhatItTells()
    {
        await using var daemon = await StartAsync();

        using var response = await PostAsync(
            daemon, TestPhotograph.Sample.AddTo(Streaming.Encode(WireCodec.Jpeg)), "?route=noise");

        var image = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(
            TestPhotograph.Sample with { Orientation = 1, HasThumbnail = false }, TestPhotograph.Read(image));
        using var restored = ImageCodec.Decode(image, Large);
        Assert.Equal((Streaming.Height, Streaming.Width), (restored.Width, restored.Height));
    }

    [Fact]
    public async Task Query_ChoosesRouteAndStrength()
    {
        await using var daemon = await StartAsync();

        using var rain = await PostAsync(daemon, Streaming.Encode(WireCodec.Png), "?route=rain");
        using var none = await PostAsync(daemon, Streaming.Encode(WireCodec.Png), "?route=rain&strength=0");

        Assert.Equal("rain", rain.Headers.GetValues("EdgeRestore-Route").Single());
        Assert.Equal("true", none.Headers.GetValues("EdgeRestore-Bypassed").Single());
    }

    [Fact]
    public async Task Query_Strength_BlendsWithTheInput()
    {
        await using var daemon = await StartAsync();

        using var half = await PostAsync(daemon, Streaming.Encode(WireCodec.Png), "?route=rain&strength=0.5");

        using var given = TestFrames.Create(Streaming.Width, Streaming.Height, Degradation.Noise);
        using var restored = ImageCodec.Decode(await half.Content.ReadAsByteArrayAsync(), Large);
        Assert.Equal(given.Pixels[2] + (TestPackage.LevelsOf(Degradation.Rain) / 2), restored.Pixels[2]);
    }

    [Fact]
    public async Task Query_Quality_IsTheEncodersOwn()
    {
        await using var daemon = await StartAsync();

        using var coarse = await PostAsync(daemon, Streaming.Encode(WireCodec.Png), "?quality=5", "image/jpeg");
        using var fine = await PostAsync(daemon, Streaming.Encode(WireCodec.Png), "?quality=98", "image/jpeg");

        var lengths = (
            (await coarse.Content.ReadAsByteArrayAsync()).Length, (await fine.Content.ReadAsByteArrayAsync()).Length);
        Assert.True(lengths.Item1 < lengths.Item2, $"{lengths}");
    }

    [Theory]
    [InlineData("?route=polish", null, 400)]
    [InlineData("?strength=2", null, 400)]
    [InlineData("?strength=NaN", null, 400)]
    [InlineData("?quality=0", null, 400)]
    [InlineData("?colour=blue", null, 400)]
    [InlineData("", "text/html", 406)]
    [InlineData("", "nonsense", 400)]
    public async Task RequestThatAsksForWhatIsNot_GetsAProblem(string query, string? accept, int status)
    {
        await using var daemon = await StartAsync();

        using var response = await PostAsync(daemon, Streaming.Encode(WireCodec.Jpeg), query, accept);

        await IsProblemAsync(response, status);
    }

    [Fact]
    public async Task BodyThatIsNoImage_GetsAProblem()
    {
        await using var daemon = await StartAsync();

        using var empty = await PostAsync(daemon, []);
        using var text = await PostAsync(daemon, "no image"u8.ToArray());
        using var cut = await PostAsync(daemon, Streaming.Encode(WireCodec.Png)[..60]);

        await IsProblemAsync(empty, 415);
        await IsProblemAsync(text, 415);
        await IsProblemAsync(cut, 422);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BodyBeyondTheLimit_IsNotReadToItsEnd(bool tellsItsLength)
    {
        await using var daemon = await StartAsync(
            new LimitOptions { MaxPayloadBytes = 2000, MaxPixels = 4096, MaxWidth = 64, MaxHeight = 64 });

        using var response = await PostAsync(daemon, new byte[200_000], isChunked: !tellsItsLength);

        await IsProblemAsync(response, 413);
    }

    [Fact]
    public async Task ImageLargerThanAllowed_GetsAProblem()
    {
        await using var daemon = await StartAsync(new LimitOptions { MaxWidth = 32, MaxHeight = 32, MaxPixels = 1024 });

        using var response = await PostAsync(daemon, Streaming.Encode(WireCodec.Jpeg));

        await IsProblemAsync(response, 422);
    }

    [Fact]
    public async Task WhenAllStreamsAreTaken_ThereIsNoRoom()
    {
        await using var daemon = await StartAsync(new LimitOptions { MaxStreams = 1 });
        await using var stream = await daemon.OpenAsync(Streaming.Rgb());

        using var response = await PostAsync(daemon, Streaming.Encode(WireCodec.Jpeg));

        await IsProblemAsync(response, 503);
    }

    [Fact]
    public async Task GrpcWeb_OverHttp11_AnswersAUnaryCall()
    {
        await using var daemon = await StartAsync();
        using var http = new HttpClient { Timeout = Patience.Limit };
        using var content = new ByteArrayContent(new byte[5]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web");

        using var response = await http.PostAsync(
            new Uri(daemon.HttpAddress, "/edgerestore.v1.RestoreService/GetStatus"), content);

        var body = await response.Content.ReadAsByteArrayAsync();
        var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1));
        var status = Protocol.V1.GetStatusReply.Parser.ParseFrom(body, 5, length);
        Assert.Equal("cpu", status.Device);
        Assert.Contains(
            "grpc-status: 0", System.Text.Encoding.ASCII.GetString(body.AsSpan(5 + length)), StringComparison.Ordinal);
    }

    private static Task<RunningDaemon> StartAsync(LimitOptions? limits = null) => RunningDaemon.StartAsync(
        limits: limits,
        configure: settings => settings with { Listen = settings.Listen with { HttpEndpoint = "127.0.0.1:0" } });

    private static async Task<HttpResponseMessage> PostAsync(
        RunningDaemon daemon, byte[] body, string query = "", string? accept = null, bool isChunked = false)
    {
        using var http = new HttpClient { Timeout = Patience.Limit };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(daemon.HttpAddress, $"/v1/restore{query}"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.TransferEncodingChunked = isChunked;
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await http.SendAsync(request);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, int status)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEqual("", problem.GetProperty("title").GetString());
        Assert.EndsWith(".", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
