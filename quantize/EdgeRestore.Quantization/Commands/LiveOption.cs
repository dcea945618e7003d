using System.CommandLine;
using EdgeRestore.Client;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Commands;

/// <summary>The options for frames of a running daemon: <c>--frames live:http://127.0.0.1:50051</c>.</summary>
internal sealed class LiveOption
{
    private readonly Option<int> _seconds = new Option<int>("--live-seconds")
    {
        Description = "How long to take frames of a daemon, unless every route has enough before",
        DefaultValueFactory = _ => 60,
    }.Between(1, 86_400);

    private readonly Option<string?> _keep = Text(
        "--keep-frames", "folder", "Keep a daemon's frames here, to calibrate with again");
    private readonly Option<string?> _token = Text(
        "--token-file", "file", "Bearer token for the daemon; its role is observe or admin");
    private readonly Option<string?> _authorities = Text(
        "--ca", "file", "Authorities of the daemon's certificate, PEM");

    public void AddTo(Command command, Option<string> frames)
    {
        frames.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && IsLive(text) && AddressOf(text) is null)
            {
                result.AddError(
                    $"--frames is '{text}'. Allowed after '{LiveFrames.Prefix}': a daemon's address such as "
                    + "http://127.0.0.1:50051, https://box:50051 or unix:/run/edgerestore/daemon.sock.");
            }
        });
        foreach (var option in (IReadOnlyList<Option>)[_seconds, _keep, _token, _authorities])
        {
            command.Add(option);
        }
    }

    public static bool IsLive(string frames) => frames.StartsWith(LiveFrames.Prefix, StringComparison.Ordinal);

    /// <summary>Takes frames out of a running daemon's streams.</summary>
    /// <exception cref="EdgeRestoreException">It does not hand them out, or none came.</exception>
    public async Task<LiveFrames> TapAsync(
        ParseResult parsed, string frames, ModelPackage package, FrameSelectionOptions options, TextWriter error,
        CancellationToken token)
    {
        var address = AddressOf(frames)!;
        var routes = package.Manifest.Routes.Select(route => route.Degradation)
            .Where(route => options.Routes?.Contains(route) ?? true).ToHashSet();
        var time = TimeSpan.FromSeconds(parsed.GetValue(_seconds));

        // A quarter of what comes is kept for judging.
        var perRoute = (int)Math.Min(65_536, ((4L * options.FramesPerRoute) + 2) / 3);
        using var client = new RestoreClient(address, new RestoreClientOptions
        {
            TokenFile = parsed.GetValue(_token),
            AuthoritiesFile = parsed.GetValue(_authorities),
        });
        var progress = new ProgressLines(error);
        var taken = 0;
        var live = await LiveFrames.TapAsync(
            client, address.ToString(), new LiveFrameSettings(routes, perRoute, time, parsed.GetValue(_keep)),
            limits => error.WriteLine(
                $"Taking frames of {address} for {ProgressLines.Format(time)} at most; it hands out "
                + $"{limits.FramesPerSecond} a second, {limits.MaxFrames} in all."),
            now => progress.Show(++taken, (routes.Count + 1) * perRoute, $"frames of the daemon: {now.Counts}"), token);
        await error.WriteLineAsync($"Frames of the daemon: {live.Counts}.");
        return live;
    }

    private static Uri? AddressOf(string text) =>
        Uri.TryCreate(text[LiveFrames.Prefix.Length..], UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https" or "unix" ? address : null;

    private static Option<string?> Text(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName };
}
