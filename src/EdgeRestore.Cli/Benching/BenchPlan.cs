using EdgeRestore.Degradations;
using EdgeRestore.Packages;

namespace EdgeRestore.Cli.Benching;

/// <summary>What is measured of a package on a machine, the most telling first.</summary>
internal static class BenchPlan
{
    /// <summary>The precision that is fastest here, as in service; which one, the remarks at the start tell.</summary>
    public const string Automatic = "auto";

    private static readonly (int Width, int Height)[] Sizes =
        [(640, 480), (320, 240), (1280, 720), (1920, 1080)];

    private static readonly (int Width, int Height) Usual = Sizes[0];

    /// <param name="maxThreads">Cores that this process may use.</param>
    /// <param name="provider">Where it runs: threads are of the CPU only, and so may precisions be.</param>
    public static IReadOnlyList<BenchCell> Of(PackageManifest manifest, int maxThreads, string provider)
    {
        // The route in the middle by cost stands for all where something else is varied.
        var middle = manifest.Routes.OrderBy(route => route.MacsPerPixel).ElementAt(manifest.Routes.Length / 2);
        var precisions = manifest.Routes.SelectMany(route => route.Variants ?? [])
            .Where(variant => variant.Provider == provider)
            .Select(variant => variant.Precision).Append(middle.Precision).Distinct().Order(StringComparer.Ordinal)
            .ToList();
        var usualPrecision = precisions.Count > 1 ? Automatic : middle.Precision;
        BenchCell Cell(
            string group, string route, (int Width, int Height) size, int threads, string? precision = null) => new()
            {
                Group = group,
                Route = route,
                Precision = precision ?? usualPrecision,
                Width = size.Width,
                Height = size.Height,
                Threads = threads,
            };
        var name = middle.Degradation.ToName();
        var threads = Enumerable.Range(0, 16).Select(power => 1 << power).TakeWhile(count => count < maxThreads);
        return
        [
            .. Sizes.Select(size => Cell("size", name, size, maxThreads)),
            .. precisions.Count > 1
                ? precisions.Select(precision => Cell("precision", name, Usual, maxThreads, precision))
                : [],
            .. provider == "cpu" ? threads.Select(count => Cell("threads", name, Usual, count)) : [],
            Cell("route", "auto", Usual, maxThreads),
            Cell("route", Degradation.Clear.ToName(), Usual, maxThreads),
            .. manifest.Routes.Where(route => route != middle).Select(route =>
                Cell("route", route.Degradation.ToName(), Usual, maxThreads)),
        ];
    }
}
