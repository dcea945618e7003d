using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeRestore.Cli.Video;

/// <summary>What a video file tells of itself, by ffprobe.</summary>
internal sealed partial record FileProbe
{
    // Perceptual quantizer and hybrid log-gamma: brightness beyond what 8 bits of standard range can carry.
    private static readonly string[] HighDynamicRange = ["smpte2084", "arib-std-b67"];

    public required string PixelFormat { get; init; }

    public required string Transfer { get; init; }

    public required string FieldOrder { get; init; }

    /// <summary>Frames, exact or by duration and rate; 0 when neither is told.</summary>
    public long FrameCount { get; init; }

    /// <summary>The rate when it is one for all frames; null when it varies or is not told.</summary>
    public FrameRate? ConstantRate { get; init; }

    public bool IsInterlaced => FieldOrder is "tt" or "bb" or "tb" or "bt";

    /// <summary>More than 8 bits a channel, of which 8 are taken; of gray all are kept.</summary>
    // ffmpeg's names end in a byte order where a value has more than a byte, and so do three that pack a pixel into two.
    public bool IsDeep =>
        !PixelFormat.StartsWith("gray", StringComparison.Ordinal)
        && (PixelFormat.EndsWith("le", StringComparison.Ordinal) || PixelFormat.EndsWith("be", StringComparison.Ordinal))
        && !PackedPixels().IsMatch(PixelFormat);

    /// <summary>It has transparency, which frames lack.</summary>
    public bool HasAlpha => AlphaFormats().IsMatch(PixelFormat);

    /// <exception cref="EdgeRestoreException">The file holds no video that ffprobe reads.</exception>
    public static async Task<FileProbe> RunAsync(VideoSource source, CancellationToken token)
    {
        await using var probe = FfmpegProcess.Start(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-show_entries",
                "stream=pix_fmt,color_transfer,field_order,nb_frames,avg_frame_rate,r_frame_rate,duration:format=duration",
                "-of", "json", $"file:{source.Address}",
            ],
            FfmpegPipes.Output);
        using var output = new StreamReader(probe.Output);
        var text = await output.ReadToEndAsync(token);
        var code = await probe.WaitForExitAsync(token);
        if (code != 0)
        {
            throw new EdgeRestoreException(
                $"'{source.Name}' cannot be read as a video: {probe.Quote()}\nGive a file that ffmpeg plays, or make "
                + "one of it first (ffmpeg -i IN out.mkv).");
        }

        using var document = JsonDocument.Parse(text);
        var streams = document.RootElement.GetProperty("streams");
        if (streams.GetArrayLength() == 0)
        {
            throw new EdgeRestoreException($"'{source.Name}' holds no video stream. Give a file that has one.");
        }

        var stream = streams[0];
        var (average, base_) = (
            FrameRate.Parse(TextOf(stream, "avg_frame_rate")), FrameRate.Parse(TextOf(stream, "r_frame_rate")));
        var duration = NumberOf(stream, "duration") is > 0 and var own
            ? own
            : document.RootElement.TryGetProperty("format", out var format) ? NumberOf(format, "duration") : 0;
        return new FileProbe
        {
            PixelFormat = TextOf(stream, "pix_fmt"),
            Transfer = TextOf(stream, "color_transfer"),
            FieldOrder = TextOf(stream, "field_order"),
            FrameCount = NumberOf(stream, "nb_frames") is > 0 and var count
                ? (long)count
                : (long)Math.Round(duration * (average?.PerSecond ?? 0)),
            // r_frame_rate is the finest grid that all times lie on: equal to the average where no frame is missing.
            ConstantRate = average is { } rate && base_ is { } grid
                && Math.Abs((rate.PerSecond / grid.PerSecond) - 1) < 0.005
                ? grid
                : null,
        };
    }

    /// <exception cref="EdgeRestoreException">The video has high dynamic range.</exception>
    public void RequireStandardRange(VideoSource source)
    {
        if (HighDynamicRange.Contains(Transfer))
        {
            throw new EdgeRestoreException(
                $"'{source.Name}' has high dynamic range (transfer {Transfer}), for which the subnetworks were not "
                + "trained; allowed is standard range. Map it first: ffmpeg -i IN -vf "
                + "zscale=t=linear,tonemap=hable,zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p out.mkv");
        }
    }

    [GeneratedRegex("^(rgb|bgr)(444|555|565)")]
    private static partial Regex PackedPixels();

    [GeneratedRegex("^(yuva|gbrap|rgba|bgra|argb|abgr|ayuv|ya\\d)")]
    private static partial Regex AlphaFormats();

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static double NumberOf(JsonElement element, string name) =>
        double.TryParse(TextOf(element, name), CultureInfo.InvariantCulture, out var number) ? number : 0;
}
