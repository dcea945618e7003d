using System.Globalization;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Engines;

/// <summary>Which precision of a package's routes runs on a device: the one that is faster there, by trying.</summary>
internal sealed class VariantChoice
{
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

    /// <summary>Tries the forms of the first route that has several against its own graph.</summary>
    /// <param name="precision">As in <see cref="RestorerOptions.Precision"/>.</param>
    /// <param name="provider">What runs the package.</param>
    /// <param name="manifest">The package's.</param>
    /// <param name="compare">Times pairs of runs: of the route as it is, and in a form; throws where one does not
    /// run.</param>
    public static VariantChoice Find(
        string precision,
        ExecutionProvider provider,
        PackageManifest manifest,
        Func<PackageRoute, PackageRoute, IReadOnlyList<(double Own, double Form)>> compare)
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

        var tried = new List<(string Precision, TrialVerdict Verdict)>();
        var faults = new List<string>();
        foreach (var variant in VariantsOf(route, name))
        {
            try
            {
                var pairs = compare(route, route.On(variant));
                tried.Add((variant.Precision, TrialVerdict.Of(pairs, RecordedSpeedOf(manifest, variant))));
            }
            catch (EngineException exception)
            {
                faults.Add($"{variant.Precision} does not run ({exception.Message})");
            }
        }

        var best = tried.Where(form => form.Verdict.IsFaster)
            .OrderByDescending(form => form.Verdict.Speed)
            .FirstOrDefault();
        var reason = string.Join(
            ", ", tried.Select(form => Explain(form, route.Precision)).Concat(faults)
                .Prepend($"{best.Precision ?? route.Precision} runs"));
        return new VariantChoice(best.Precision is null ? null : name, best.Precision, reason);
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

    // What is chosen runs on all routes; their mean.
    private static double? RecordedSpeedOf(PackageManifest manifest, PackageVariant form) => manifest.Routes
        .SelectMany(route => VariantsOf(route, form.Provider))
        .Where(variant => variant.Precision == form.Precision)
        .Average(variant => variant.Speedup);

    private static string Explain((string Precision, TrialVerdict Verdict) form, string own)
    {
        var (isFaster, speed, basis) = form.Verdict;
        var (ratio, other) = isFaster ? (speed, own) : (1 / speed, form.Precision);
        return ratio is null
            ? $"{form.Precision} is not clearly faster ({basis})"
            : string.Create(CultureInfo.InvariantCulture, $"{ratio:F2} times as fast as {other} ({basis})");
    }
}
