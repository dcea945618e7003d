using System.Globalization;
using EdgeRestore.Codecs;
using EdgeRestore.Daemon.Hosting;
using EdgeRestore.Daemon.Payloads;
using EdgeRestore.Daemon.Security;
using EdgeRestore.Daemon.Streams;
using EdgeRestore.Daemon.Telemetry;
using EdgeRestore.Degradations;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.Net.Http.Headers;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;
using WireCodec = EdgeRestore.Protocol.V1.ImageCodec;

namespace EdgeRestore.Daemon.Singles;

/// <summary><c>POST /v1/restore</c>: one image in, the same restored out.</summary>
/// <remarks>
/// Query: <c>route</c> (auto or a degradation), <c>strength</c> (0 to 1), <c>quality</c> (1 to 100). What comes back is
/// of the type that <c>Accept</c> asks for, else of the input's; an image that passes through is the same file where
/// its type is the same. Errors are RFC 9457 problems.
/// </remarks>
internal sealed class RestoreEndpoint(StreamHost host, DrainSignal drain)
{
    public const string Path = "/v1/restore";

    private const string NoRoom = "No room";

    private static readonly (string Type, WireCodec Codec)[] Types =
        [("image/jpeg", WireCodec.Jpeg), ("image/png", WireCodec.Png), ("image/webp", WireCodec.Webp)];

    private static readonly string AllTypes = string.Join(", ", Types.Select(type => type.Type));

    public static void Map(WebApplication app, StreamHost host, DrainSignal drain) =>
        app.MapPost(Path, new RestoreEndpoint(host, drain).AnswerAsync);

    public async Task AnswerAsync(HttpContext call)
    {
        using var trace = Tracing.StartCall(call, "POST /v1/restore");
        try
        {
            await RestoreAsync(call);
        }
        catch (HttpProblem problem)
        {
            await Services.Problem.WriteAsync(call, problem.Status, problem.Title, problem.Message);
        }
        catch (OperationCanceledException exception)
            when (exception is ConnectionAbortedException || call.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer. A connection that breaks tells its reader before it tells the call.
        }
        catch (IOException)
        {
            // Nor here: the connection broke while the image came in.
        }
    }

    private async Task RestoreAsync(HttpContext call)
    {
        if (drain.Token.IsCancellationRequested)
        {
            throw new HttpProblem(503, "Shutting down", WireStatus.ShuttingDown.Detail);
        }

        var (routing, strength, quality) = ReadQuery(call.Request.Query);
        var peer = Peer.Of(call);
        using var memory = host.Memory.Reserve(peer);
        var image = await ReadBodyAsync(call, memory);
        var input = Types.FirstOrDefault(type => type.Codec == CodecOf(image));
        if (input.Type is null)
        {
            throw new HttpProblem(
                415, "Not an image", $"The {image.Length} bytes of the body are no image of {AllTypes}. Send one of "
                    + "these.");
        }

        var output = Negotiate(call.Request, input.Type);
        var arrivedAt = host.Clock.GetTimestamp();
        SingleReply reply;
        using (var place = await EnterAsync(peer, call.RequestAborted))
        {
            reply = await SingleFrame.RestoreAsync(
                host,
                image,
                new SingleRequest(
                    PayloadFormat.Encoded(input.Codec, quality),
                    PayloadFormat.Encoded(output.Codec, quality),
                    new SingleRouter(routing),
                    strength,
                    place)
                {
                    Memory = memory,
                    HeldBytes = image.Length,
                    IsPhotograph = true,
                    Waited = host.Clock.GetElapsedTime(arrivedAt),
                },
                call.RequestAborted);
        }

        if (reply.Error != RestoreError.None)
        {
            var (status, title) = Explain(reply.Error);
            throw new HttpProblem(status, title, reply.Message);
        }

        var headers = call.Response.Headers;
        headers["EdgeRestore-Route"] = reply.Result.Route.ToName();
        headers["EdgeRestore-Confidence"] = reply.Result.Confidence.ToString("F4", CultureInfo.InvariantCulture);
        headers["EdgeRestore-Bypassed"] = reply.Result.Bypassed ? "true" : "false";
        if (reply.Result.Bypassed)
        {
            headers["EdgeRestore-Bypass-Reason"] = reply.Result.Bypass.ToName();
        }

        headers["Server-Timing"] = string.Create(
            CultureInfo.InvariantCulture,
            $"queue;dur={reply.Times.Queue.TotalMilliseconds:F3}, "
            + $"decode;dur={reply.Times.Decode.TotalMilliseconds:F3}, "
            + $"classify;dur={reply.Result.Classify.TotalMilliseconds:F3}, "
            + $"run;dur={reply.Result.Run.TotalMilliseconds:F3}, encode;dur={reply.Times.Encode.TotalMilliseconds:F3}");
        headers.Vary = "Accept";
        call.Response.ContentType = output.Type;
        call.Response.ContentLength = reply.Payload.Length;
        await call.Response.Body.WriteAsync(reply.Payload, call.RequestAborted);
    }

    private async Task<StreamRegistry.OpenedStream> EnterAsync(Peer peer, CancellationToken cancellationToken)
    {
        var (place, refusal) = await host.Registry.EnterAsync(peer, cancellationToken);
        return place ?? throw new HttpProblem(
            refusal is PlaceRefusal.PeerHasItsShare or PlaceRefusal.PeerWaitsEnough ? 429 : 503,
            NoRoom,
            host.Registry.Explain(refusal).Detail);
    }

    private (RoutingOptions Routing, float Strength, int Quality) ReadQuery(IQueryCollection query)
    {
        var known = (string[])["route", "strength", "quality"];
        if (query.Keys.FirstOrDefault(key => !known.Contains(key)) is not null)
        {
            throw Bad($"The query has a parameter that is unknown; allowed are {string.Join(", ", known)}. Remove it.");
        }

        var routing = new RoutingOptions { ClassifyEveryFrames = 1 };
        if (query["route"].ToString() is { Length: > 0 } name && name != "auto")
        {
            var available = host.Restorer.Package.Manifest.Routes.Select(route => route.Degradation)
                .Append(Degradation.Clear).ToList();
            var route = available.FirstOrDefault(route => route.ToName() == name, (Degradation)(-1));
            routing = (int)route >= 0 ? routing with { FixedRoute = route } : throw Bad(
                "The route is none that the package has; allowed are auto, "
                + $"{string.Join(", ", available.Select(DegradationNames.ToName))}. "
                + "Correct it.");
        }

        var strength = WireLimits.DefaultStrength;
        if (query["strength"].ToString() is { Length: > 0 } text
            && !(float.TryParse(text, CultureInfo.InvariantCulture, out strength) && strength is >= 0 and <= 1))
        {
            throw Bad("The strength is not a number of 0 to 1. Correct it or leave it out.");
        }

        var quality = WireLimits.DefaultQuality;
        if (query["quality"].ToString() is { Length: > 0 } digits
            && !(int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out quality)
                && quality is >= 1 and <= WireLimits.MaxQuality))
        {
            throw Bad("The quality is not a whole number of 1 to 100. Correct it or leave it out.");
        }

        return (routing, strength, quality);
    }

    private async Task<byte[]> ReadBodyAsync(HttpContext call, MemoryBudget.Reservation memory)
    {
        var most = host.Limits.MaxPayloadBytes;
        var tooLarge = new HttpProblem(
            413, "Too large", $"The body is larger than {most} bytes. Send a smaller image, or raise "
                + "Limits:MaxPayloadBytes.");
        if (call.Request.ContentLength > most)
        {
            throw tooLarge;
        }

        // As for a stream's opening: whoever sends a byte a second does not keep a call and memory for hours. It has no
        // place yet.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(host.Limits.OpenSeconds), host.Clock);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.RequestAborted);
        using var body = new MemoryStream();
        var buffer = new byte[64 * 1024];
        try
        {
            while (await call.Request.Body.ReadAsync(buffer, reading.Token) is > 0 and var count)
            {
                body.Write(buffer, 0, count);
                if (body.Length > most)
                {
                    throw tooLarge;
                }

                if (!memory.TryRaiseTo(body.Length))
                {
                    throw new HttpProblem(
                        503, NoRoom, SingleFrame.ExplainNoMemory(host, $"images of {body.Length} bytes and more"));
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new HttpProblem(
                408,
                "Too slow",
                $"The body did not come within {host.Limits.OpenSeconds} s. Send it faster, or raise "
                    + "Limits:OpenSeconds.");
        }

        return body.ToArray();
    }

    /// <summary>The best of what is accepted; among equals the input's own type.</summary>
    private static (string Type, WireCodec Codec) Negotiate(HttpRequest request, string inputType)
    {
        var accepted = request.Headers.Accept.Count == 0 ? [new MediaTypeHeaderValue("*/*")]
            : MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var list) ? list
            : throw Bad("The Accept header cannot be read. Correct it or leave it out.");
        var best = Types
            .Select(type => (Type: type, Quality: QualityOf(accepted, type.Type)))
            .OrderByDescending(type => type.Quality)
            .ThenByDescending(type => type.Type.Type == inputType)
            .First();
        return best.Quality > 0 ? best.Type : throw new HttpProblem(
            406, "Not acceptable", $"The Accept header allows none of {AllTypes}. Accept one of these.");
    }

    // The most specific range that fits decides (RFC 9110, section 12.5.1).
    private static double QualityOf(IList<MediaTypeHeaderValue> accepted, string type)
    {
        var offered = new MediaTypeHeaderValue(type);
        return accepted.Where(range => offered.IsSubsetOf(range))
            .OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes)
            .Select(range => range.Quality ?? 1).FirstOrDefault(0);
    }

    private static WireCodec CodecOf(byte[] image) => ImageCodec.Sniff(image) switch
    {
        ImageFileFormat.Jpeg => WireCodec.Jpeg,
        ImageFileFormat.Png => WireCodec.Png,
        ImageFileFormat.WebP => WireCodec.Webp,
        _ => WireCodec.Unspecified,
    };

    private static (int Status, string Title) Explain(RestoreError error) => error switch
    {
        RestoreError.Input => (StatusCodes.Status422UnprocessableEntity, "Image not taken"),
        RestoreError.Capacity => (StatusCodes.Status503ServiceUnavailable, NoRoom),
        _ => (StatusCodes.Status500InternalServerError, "Not restored"),
    };

    private static HttpProblem Bad(string detail) => new(StatusCodes.Status400BadRequest, "Bad request", detail);

    private sealed class HttpProblem(int status, string title, string detail) : Exception(detail)
    {
        public int Status => status;

        public string Title => title;
    }
}
