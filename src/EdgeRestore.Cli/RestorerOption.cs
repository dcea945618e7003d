using System.CommandLine;
using EdgeRestore.Cli.Output;
using EdgeRestore.Codecs;
using EdgeRestore.Degradations;
using EdgeRestore.Inference;
using EdgeRestore.Packages;

namespace EdgeRestore.Cli;

/// <summary>The options of every command that runs subnetworks in its own process.</summary>
internal sealed class RestorerOption
{
    public Option<string> Package { get; } = new("--package")
    {
        Description = "Folder of the package to restore with; deploy/models/edgerestore-default when not given",
        HelpName = "folder",
    };

    public Option<string> Device { get; } = CreateDevice();

    public Option<int> TokensEvery { get; } = new("--tokens-every")
    {
        Description = "Frames after which a video's semantic tokens are made anew, of packages that take them (SE-SymUNet); 0: "
            + "once",
        HelpName = "frames",
        DefaultValueFactory = _ => 1,
        Validators =
        {
            result =>
            {
                if (result.GetValueOrDefault<int>() < 0)
                {
                    result.AddError("--tokens-every is below 0. Allowed: 0 for once in a video, 1 for every frame, or more.");
                }
            },
        },
    };

    public void AddTo(Command command)
    {
        command.Add(TokensEvery);
        command.Add(Package);
        command.Add(Device);
    }

    /// <summary>
    /// Opens and verifies the package and loads it; says on the screen why a faster device was not taken.
    /// </summary>
    public Restorer Load(ParseResult parsed, Screen screen)
    {
        var package = ModelPackage.Open(parsed.GetValue(Package) ?? Installation.DefaultPackage);
        var restorer = Restorer.Load(package, new RestorerOptions
        {
            Device = parsed.GetRequiredValue(Device),
            TokensEveryFrames = parsed.GetValue(TokensEvery),

            // One image at a time, and tiles bound what its computation takes: whatever is decoded is restored.
            MaxFramePixels = (int)ImageLimits.Default.MaxPixels,
        });
        restorer.RefreshEngines(CancellationToken.None);
        foreach (var step in restorer.Providers)
        {
            screen.Remark($"{step.Provider}: {(step.IsUsed ? "used" : "not used")}, {step.Reason}");
        }

        return restorer;
    }

    /// <exception cref="EdgeRestoreException">The package has no subnetwork for the route.</exception>
    public static void RequireRoute(Restorer restorer, Degradation? route)
    {
        if (route is { } asked && asked != Degradation.Clear && restorer.Package.FindRoute(asked) is null)
        {
            var routes = restorer.Package.Manifest.Routes.Select(found => found.Degradation.ToName());
            throw new EdgeRestoreException(
                $"--route is '{asked.ToName()}', for which package {restorer.Package.Manifest.Name} has no subnetwork. "
                + $"It has {string.Join(", ", routes)}. Take one of these, auto, or clear.");
        }
    }

    /// <summary>A route by name, or null for auto; a wrong name is told with the allowed ones.</summary>
    public static Option<Degradation?> CreateRoute() => new("--route")
    {
        Description = "auto lets the classifier decide; a degradation's name fixes it: "
            + string.Join(", ", DegradationNames.All.Select(degradation => degradation.ToName())),
        HelpName = "auto|degradation",
        CustomParser = result =>
        {
            var name = result.Tokens.Single().Value;
            if (string.Equals(name, "auto", StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            if (DegradationNames.TryParse(name, out var degradation))
            {
                return degradation;
            }

            result.AddError(
                $"--route is '{name}'. Allowed: auto, "
                + string.Join(", ", DegradationNames.All.Select(allowed => allowed.ToName())) + ".");
            return null;
        },
    };

    public static Option<float> CreateStrength() => new Option<float>("--strength")
    {
        Description = "0 gives the input back, 1 the full restoration, what lies between blends",
        HelpName = "0..1",
        DefaultValueFactory = _ => 1f,
    }.Between(0, 1);

    private static Option<string> CreateDevice() => new Option<string>("--device")
    {
        Description = "Where to run: auto takes the first that works of tensorrt, cuda and cpu",
        DefaultValueFactory = _ => "auto",
    }.OneOf("auto", "cpu", "cuda", "tensorrt");
}
