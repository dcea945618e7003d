using System.Diagnostics;
using System.Globalization;
using EdgeRestore.Frames;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Engines;

/// <summary>Which precision of a package's routes runs on a device: the one that is fastest there, by trying.</summary>
internal sealed class VariantChoice
{
    // As large as a tile, so that the work outweighs the call; a few runs keep the start short.
    private const int TrialSidePixels = 192;
    private const int TrialRunCount = 3;

    private readonly string? _provider;
    private readonly string? _precision;

    private VariantChoice(string? provider, string? precision, string? reason)
    {
        _provider = provider;
        _precision = precision;
        Reason = reason;
    }

    /// <summary>What was chosen and why; null for a package without variants for the device.</summary>
    public string? Reason { get; }

    /// <summary>Times the forms of the first route that has several.</summary>
    /// <param name="precision">As in <see cref="RestorerOptions.Precision"/>.</param>
    /// <param name="provider">What runs the package.</param>
    /// <param name="manifest">The package's.</param>
    /// <param name="build">Gives the engine of a route, which stays the caller's.</param>
    public static VariantChoice Find(
        string precision, ExecutionProvider provider, PackageManifest manifest, Func<PackageRoute, Engine> build)
    {
        var name = provider.ToName();
        var route = manifest.Routes.FirstOrDefault(route => VariantsOf(route, name).Any());
        if (route is null || precision == "fp32")
        {
            return new VariantChoice(null, null, null);
        }

        if (precision != "auto")
        {
            return new VariantChoice(name, precision, $"{precision} variants, as asked for");
        }

        var side = Math.Max(TrialSidePixels, manifest.Network.MinSidePixels);
        var trials = new List<(string Precision, Engine Engine, double Ms)>();
        var faults = new List<string>();
        foreach (var form in VariantsOf(route, name).Select(route.On).Prepend(route))
        {
            try
            {
                trials.Add((form.Precision, build(form), double.PositiveInfinity));
            }
            catch (EngineException exception)
            {
                faults.Add($"{form.Precision} cannot be built ({exception.Message})");
            }
        }

        Time(trials, side);
        if (trials.Count == 0)
        {
            return new VariantChoice(null, null, null);
        }

        var best = trials.MinBy(trial => trial.Ms);
        var others = trials.Where(trial => trial != best).Select(trial => string.Create(
            CultureInfo.InvariantCulture, $"{trial.Ms / best.Ms:F2} times as fast as {trial.Precision}"));
        var reason = string.Join(", ", others.Concat(faults).Prepend($"{best.Precision} runs"));
        return new VariantChoice(best.Precision == route.Precision ? null : name, best.Precision, reason);
    }

    /// <summary>The form of a route that runs: of the chosen precision where it has one, else its own.</summary>
    public PackageRoute Apply(PackageRoute route)
    {
        var variant = _provider is null
            ? null
            : VariantsOf(route, _provider).FirstOrDefault(variant => variant.Precision == _precision);
        return variant is null ? route : route.On(variant);
    }

    private static IEnumerable<PackageVariant> VariantsOf(PackageRoute route, string provider) =>
        (route.Variants ?? []).Where(variant => variant.Provider == provider);

    private static void Time(List<(string Precision, Engine Engine, double Ms)> trials, int side)
    {
        using var input = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var output = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var slot = new EngineSlot();
        for (var index = 0; index < input.LengthBytes; index++)
        {
            input.Pixels[index] = (byte)((index / (side * 3)) + (index * 37 % 101));
        }

        // In turns, the least time of each; the first round only fills caches.
        for (var round = 0; round <= TrialRunCount; round++)
        {
            for (var index = 0; index < trials.Count; index++)
            {
                var start = Stopwatch.GetTimestamp();
                slot.Run(trials[index].Engine, input, output, strength: 1);
                var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                trials[index] =
                    trials[index] with { Ms = round == 0 ? trials[index].Ms : Math.Min(trials[index].Ms, elapsed) };
            }
        }
    }
}
