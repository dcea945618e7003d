using System.Diagnostics;
using System.Text.Json;

namespace EdgeRestore.Cli.Tests.Video;

/// <summary>The real ffmpeg and ffprobe, to make clips and to look at results.</summary>
internal static class Ffmpeg
{
    /// <summary>Two seconds at 29.97 frames/s, 60 frames, H.264 in BT.709, with a tone.</summary>
    public static Task CreateClipAsync(string file, params string[] more) => RunAsync(
    [
        "-f", "lavfi", "-i", "testsrc2=size=96x64:rate=30000/1001", "-f", "lavfi", "-i", "sine=frequency=440",
        "-t", "2", "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-color_range", "tv", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", .. more, file,
    ]);

    /// <summary>Moving pictures without sound: source filter first, then options of the output.</summary>
    public static Task CreateAsync(string file, string filter, params string[] options) =>
        RunAsync(["-f", "lavfi", "-i", filter, .. options, file]);

    public static async Task<string> RunAsync(params string[] arguments)
    {
        var outcome = await Shell.RunAsync("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome.Output;
    }

    /// <summary>One hash per frame: equal for equal pictures.</summary>
    public static async Task<string[]> HashesAsync(string file, string layout)
    {
        var text = await RunAsync(
            "-i", file, "-map", "0:v:0", "-vsync", "passthrough", "-pix_fmt", layout, "-f", "framemd5", "-");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#').Select(line => line.Split(',')[^1].Trim())];
    }

    /// <summary>One hash over the packets of the sound, as they lie in the file.</summary>
    public static Task<string> HashOfSoundAsync(string file) =>
        RunAsync("-i", file, "-map", "0:a:0", "-c", "copy", "-f", "streamhash", "-");

    /// <summary>Start of every frame in seconds.</summary>
    public static async Task<double[]> TimesAsync(string file)
    {
        var outcome = await Shell.RunAsync(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time", "-of",
                "json", file,
            ]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        using var document = JsonDocument.Parse(outcome.Output);
        return [.. document.RootElement.GetProperty("frames").EnumerateArray().Select(frame => double.Parse(
            frame.GetProperty("best_effort_timestamp_time").GetString()!,
            System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>What players go by: size, rate, colours, number of frames that decode.</summary>
    public static async Task<string> DescribeAsync(string file)
    {
        var outcome = await Shell.RunAsync(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries",
                "stream=width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate,color_range,color_space,"
                + "color_transfer,color_primaries,nb_read_frames", "-of", "default=nokey=0:noprint_wrappers=1", file,
            ]);
        Assert.True(outcome.ExitCode == 0, outcome.Error);
        return outcome.Output.Trim();
    }

    /// <summary>Mean PSNR in dB of two videos, frame by frame.</summary>
    public static async Task<double> PsnrAsync(string first, string second)
    {
        var outcome = await Shell.RunAsync(
            "ffmpeg", ["-nostdin", "-v", "info", "-i", first, "-i", second, "-lavfi", "psnr", "-f", "null", "-"]);
        var text = outcome.Error[(outcome.Error.IndexOf("average:", StringComparison.Ordinal) + "average:".Length)..]
            .Split(' ')[0];
        return text == "inf"
            ? double.PositiveInfinity
            : double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Starts one that runs until it is killed or done; the caller disposes it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(
        new ProcessStartInfo("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]))!;
}
