using System.ComponentModel;
using System.Diagnostics;
using EdgeRestore.Quantization.Calibration;

namespace EdgeRestore.Quantization.Selection;

/// <summary>Frames of a video as images in a temporary folder, through ffmpeg.</summary>
internal sealed class VideoFrames : IDisposable
{
    // A frame a second: neighbours are alike and would be left out as copies.
    private const int FramesPerSecond = 1;
    private const int MaxFrameCount = 1024;

    private VideoFrames(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Takes frames out of a video.</summary>
    /// <exception cref="CalibrationException">ffmpeg is missing or cannot read the file.</exception>
    public static async Task<VideoFrames> ExtractAsync(string video, CancellationToken token)
    {
        var frames = new VideoFrames(Directory.CreateTempSubdirectory("edgerestore-frames-").FullName);
        try
        {
            await frames.RunAsync(video, token);
            return frames;
        }
        catch
        {
            frames.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In the system's temporary folder; it is emptied there.
        }
    }

    private async Task RunAsync(string video, CancellationToken token)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])
            [
                "-v", "error", "-nostdin", "-i", Path.GetFullPath(video), "-an", "-vf", $"fps={FramesPerSecond}",
                "-frames:v",
                $"{MaxFrameCount}", Path.Combine(Folder, "%06d.png"),
            ])
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new CalibrationException(
                $"Frames of the video '{video}' cannot be read without ffmpeg, which did not start: "
                + $"{exception.Message}. Install it (apt install ffmpeg), or give a folder of images.",
                exception);
        }

        using (process)
        {
            try
            {
                var error = await process.StandardError.ReadToEndAsync(token);
                await process.WaitForExitAsync(token);
                if (process.ExitCode != 0 || !Directory.EnumerateFiles(Folder).Any())
                {
                    throw new CalibrationException(
                        $"ffmpeg found no frames in '{video}' (exit code {process.ExitCode}): {error.Trim()} Give a "
                        + "video that it can read, or a folder of images.");
                }
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
    }
}
