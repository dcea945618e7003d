using System.CommandLine;
using EdgeRestore.Degradations;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Calibration;
using EdgeRestore.Quantization.Selection;

namespace EdgeRestore.Quantization.Commands;

/// <summary>The options of every command that takes frames.</summary>
internal sealed class FramesOption
{
    public Option<string> Frames { get; } = new("--frames")
    {
        Description = "Folder of images, a video (through ffmpeg), or live: and the address of a running daemon that "
            + "was started with --allow-tap; folders inside that are named like a degradation settle "
            + "what their images are, the package's classifier sorts the others, clean photographs are degraded by "
            + "formula",
        HelpName = "folder|video|live:URL",
        Required = true,
    };

    public Option<IReadOnlySet<Degradation>?> Routes { get; } = CreateRoutes();

    public Option<int> FramesPerRoute { get; } = Positive("--per-route", "Most frames for one route", 16);

    public Option<int> Side { get; } =
        Positive("--side", "Longest side in pixels of the crop that is taken of a frame", 256);

    public Option<ByteSize> Memory { get; } = CreateMemory();

    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "Frames that run side by side; 0 for one per core. The result does not depend on it",
        DefaultValueFactory = _ => 0,
    };

    private LiveOption Live { get; } = new();

    public void AddTo(Command command)
    {
        command.Add(Frames);
        Live.AddTo(command, Frames);
        command.Add(Routes);
        command.Add(FramesPerRoute);
        command.Add(Side);
        command.Add(Memory);
        command.Add(Threads);
    }

    /// <summary>Chooses frames; the handle keeps the images of a video or daemon until it is disposed.</summary>
    public async Task<(FrameSet Set, IDisposable? Held)> ChooseAsync(
        ParseResult parsed, ModelPackage package, TextWriter error, CancellationToken token)
    {
        var source = parsed.GetRequiredValue(Frames);
        var options = new FrameSelectionOptions
        {
            FramesPerRoute = parsed.GetValue(FramesPerRoute),
            SidePixels = parsed.GetValue(Side),
            Routes = parsed.GetValue(Routes),
        };
        RequireRoutes(package, options.Routes);
        (IDisposable? Held, string Folder) found = (null, source);
        if (LiveOption.IsLive(source))
        {
            var live = await Live.TapAsync(parsed, source, package, options, error, token);
            found = (live, live.Folder);
        }
        else if (File.Exists(source))
        {
            var video = await VideoFrames.ExtractAsync(source, token);
            found = (video, video.Folder);
        }

        try
        {
            var progress = new ProgressLines(error);
            var set = await Task.Run(
                () => new FrameSelection(package, options).Choose(
                    found.Folder, (done, total) => progress.Show(done, total, "looking at images"), token),
                token);
            foreach (var remark in set.Remarks)
            {
                await error.WriteLineAsync(remark);
            }

            return (set, found.Held);
        }
        catch
        {
            found.Held?.Dispose();
            throw;
        }
    }

    public CalibrationSettings Settings(ParseResult parsed, string? statePath, bool countsValues) => new()
    {
        MemoryBytes = parsed.GetValue(Memory).Bytes,
        Threads = parsed.GetValue(Threads),
        CountsValues = countsValues,
        StatePath = statePath,
    };

    private static void RequireRoutes(ModelPackage package, IReadOnlySet<Degradation>? routes)
    {
        if (routes?.FirstOrDefault(route => package.FindRoute(route) is null) is { } missing
            && missing != Degradation.Clear)
        {
            throw new CalibrationException(
                $"--routes names '{missing.ToName()}', which package {package.Manifest.Name} has no subnetwork for. It "
                + $"has {string.Join(", ", package.Manifest.Routes.Select(route => route.Degradation.ToName()))}.");
        }
    }

    private static Option<int> Positive(string name, string description, int value) => new Option<int>(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
    }.AtLeast(1);

    private static Option<ByteSize> CreateMemory() => new("--memory")
    {
        Description = "Most memory for tensors that are handed out of running networks, however many frames: 512M, 2G",
        HelpName = "size",
        DefaultValueFactory = _ => new ByteSize(1L << 30),
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (ByteSize.Parse(text) is { } size)
            {
                return size;
            }

            result.AddError($"--memory is '{text}'. Allowed: a size such as 512M or 2G.");
            return default;
        },
    };

    private static Option<IReadOnlySet<Degradation>?> CreateRoutes() => new("--routes")
    {
        Description = "Only these routes, with commas between; the others stay FP32",
        HelpName = "names",
        CustomParser = result =>
        {
            var routes = new HashSet<Degradation>();
            foreach (var name in result.Tokens.Single().Value.Split(','))
            {
                if (DegradationNames.TryParse(name, out var route) && route != Degradation.Clear)
                {
                    routes.Add(route);
                }
                else
                {
                    var allowed = DegradationNames.All.Skip(1).Select(known => known.ToName());
                    result.AddError($"--routes names '{name}'. Allowed: {string.Join(", ", allowed)}.");
                }
            }

            return routes;
        },
    };
}
