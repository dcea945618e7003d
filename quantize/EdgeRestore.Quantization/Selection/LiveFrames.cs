using System.Globalization;
using EdgeRestore.Client;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Protocol;
using EdgeRestore.Protocol.V1;
using EdgeRestore.Quantization.Calibration;
using Degradation = EdgeRestore.Degradations.Degradation;
using ImageCodec = EdgeRestore.Codecs.ImageCodec;

namespace EdgeRestore.Quantization.Selection;

/// <summary>Frames of a running daemon's streams as images, in folders that are named like their routes.</summary>
internal sealed class LiveFrames : IDisposable
{
    public const string Prefix = "live:";

    private readonly bool _isKept;
    private readonly SortedDictionary<Degradation, int> _counts = [];

    private LiveFrames(string folder, bool isKept) => (Folder, _isKept) = (folder, isKept);

    public string Folder { get; }

    /// <summary>Such as 5 noise, 2 rain.</summary>
    public string Counts =>
        _counts.Count == 0 ? "none" : string.Join(", ", _counts.Select(count => $"{count.Value} {count.Key.ToName()}"));

    /// <summary>Takes frames until every route has enough, the time is up, or the daemon hands out no more.</summary>
    /// <param name="client">Of the daemon.</param>
    /// <param name="source">The daemon, for people.</param>
    /// <param name="settings">What is wanted.</param>
    /// <param name="opened">Told when the daemon has begun.</param>
    /// <param name="report">Told after every frame.</param>
    /// <param name="token">Gives up.</param>
    /// <exception cref="DaemonException">The daemon does not hand frames out, or does not answer.</exception>
    /// <exception cref="CalibrationException">No frame came, or they cannot be written.</exception>
    public static async Task<LiveFrames> TapAsync(
        RestoreClient client, string source, LiveFrameSettings settings, Action<TapOpened>? opened,
        Action<LiveFrames>? report,
        CancellationToken token)
    {
        var frames = settings.KeptIn is { } kept
            ? new LiveFrames(MakeEmpty(kept), isKept: true)
            : new LiveFrames(Directory.CreateTempSubdirectory("edgerestore-frames-").FullName, isKept: false);
        try
        {
            await frames.ReceiveAsync(client, settings, opened, report, token);
            return frames._counts.Count > 0 ? frames : throw new CalibrationException(
                string.Create(CultureInfo.InvariantCulture,
                    $"No frame came from {source} within {settings.Time.TotalSeconds:F0} s. Frames come while streams "
                    + $"send some that the daemon restores or finds clear: start a stream, or give it longer with "
                    + $"--live-seconds."));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            frames.Dispose();
            throw new CalibrationException(
                $"Frames of {source} cannot be written to '{frames.Folder}': {exception.Message} Free space, or name "
                + "another folder with --keep-frames.",
                exception);
        }
        catch
        {
            frames.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        if (_isKept)
        {
            return;
        }

        try
        {
            Directory.Delete(Folder, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // In the system's temporary folder; it is emptied there.
        }
    }

    private static string MakeEmpty(string folder)
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new CalibrationException(
                $"Frames cannot be kept in '{folder}': it is not empty, and what is there would be calibrated with, "
                + $"too. Name another folder, or calibrate with those frames: --frames {folder}.");
        }

        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CalibrationException(
                $"Frames cannot be kept in '{folder}': {exception.Message} Name a folder that can be written with "
                + "--keep-frames.",
                exception);
        }
    }

    private async Task ReceiveAsync(
        RestoreClient client, LiveFrameSettings settings, Action<TapOpened>? opened, Action<LiveFrames>? report,
        CancellationToken token)
    {
        var request = new TapFramesRequest { MaxFramesPerRoute = (uint)settings.PerRoute };
        request.Routes.AddRange(settings.Routes.Append(Degradation.Clear).Select(route => route.ToWire()));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(token);
        ending.CancelAfter(settings.Time);
        try
        {
            await foreach (var tapped in client.TapAsync(request, opened, ending.Token))
            {
                Save(tapped);
                report?.Invoke(this);
                if (settings.Routes.All(route => _counts.GetValueOrDefault(route) >= settings.PerRoute))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            // The time is up: what came is what there is.
        }
    }

    private void Save(TappedFrame tapped)
    {
        var (width, height) = ((int)tapped.Width, (int)tapped.Height);
        if (!tapped.Route.TryFromWire(out var route)
            || width < 1
            || height < 1
            || tapped.Pixels.Length != 3L * width * height)
        {
            throw new CalibrationException(
                $"The daemon sent a frame that is none: route {(int)tapped.Route}, {width}x{height}, "
                + $"{tapped.Pixels.Length} bytes. Check that it is of this version.");
        }

        var folder = Directory.CreateDirectory(Path.Combine(Folder, route.ToName().Replace('+', '_')));
        var number = _counts[route] = _counts.GetValueOrDefault(route) + 1;
        using var frame = Frame.Rent(width, height, PixelFormat.Rgb24);
        tapped.Pixels.Span.CopyTo(frame.Pixels);
        ImageCodec.Save(
            frame, Path.Combine(folder.FullName, string.Create(CultureInfo.InvariantCulture, $"{number:D5}.png")));
    }
}

/// <summary>Which frames are wanted of a daemon.</summary>
/// <param name="Routes">Degradations to calibrate; clear frames are wanted besides, to be degraded by formula.</param>
/// <param name="PerRoute">Most frames of one.</param>
/// <param name="Time">How long to wait for them.</param>
/// <param name="KeptIn">Folder that they stay in; null for one that goes with the frames.</param>
internal sealed record LiveFrameSettings(
    IReadOnlyCollection<Degradation> Routes, int PerRoute, TimeSpan Time, string? KeptIn);
