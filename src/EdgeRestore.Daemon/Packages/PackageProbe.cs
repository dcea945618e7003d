using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Routing;
using EdgeRestore.Metrics;
using EdgeRestore.Packages;

namespace EdgeRestore.Daemon.Packages;

/// <summary>Runs the golden frame through every route of a package before it takes streams.</summary>
internal static class PackageProbe
{
    // A guard against another picture altogether (inverted, shifted, channels swapped), not a judgement of quality:
    // that is what `evaluate` is for. 12 dB is a mean square difference of a quarter of the range; chosen, not
    // measured.
    private const double MinAgreementDecibels = 12;

    /// <summary>
    /// (1) Every route that is served now is there, (2) the classifier answers, (3) every route gives a picture, (4)
    /// which is not wildly different from what the served version makes of the same frame. Warms every engine up on the
    /// way.
    /// </summary>
    /// <param name="candidate">All its engines are built.</param>
    /// <param name="served">What is served now, leased by the caller; null at the start.</param>
    /// <exception cref="PackageException">It must not take streams.</exception>
    public static void Require(Restorer candidate, Restorer? served)
    {
        var manifest = candidate.Package.Manifest;

        // 1
        var lost = served?.Package.Manifest.Routes.Select(route => route.Degradation)
            .Except(manifest.Routes.Select(route => route.Degradation)).ToArray() ?? [];
        if (lost.Length > 0)
        {
            throw Failed(
                manifest, $"no subnetwork for {string.Join(", ", lost.Select(DegradationNames.ToName))}",
                "all that is served now, since streams may use them. Start the daemon with it instead");
        }

        if (served is not null && manifest.Network.MinSidePixels > served.Package.Manifest.Network.MinSidePixels)
        {
            throw Failed(
                manifest, $"frames of {manifest.Network.MinSidePixels} pixels a side or more only",
                $"{served.Package.Manifest.Network.MinSidePixels}, as is served now. Start the daemon with it instead");
        }

        // 2
        using var golden = GoldenFrame.Create(manifest.Network.MinSidePixels);
        using var output = Frame.Rent(golden.Width, golden.Height, PixelFormat.Rgb24);
        var classified = candidate.Restore(
            golden, output, candidate.CreateRouter(new RoutingOptions()), 1, CancellationToken.None);
        RequireNoFault(manifest, "auto", classified.Detail);

        // 3, 4
        using var expected = Frame.Rent(golden.Width, golden.Height, PixelFormat.Rgb24);
        foreach (var route in manifest.Routes.Select(route => route.Degradation))
        {
            var fixedRoute = new RoutingOptions { FixedRoute = route };
            var result = candidate.Restore(
                golden, output, candidate.CreateRouter(fixedRoute), 1, CancellationToken.None);
            RequireNoFault(manifest, route.ToName(), result.Detail);
            if (OutputCheck.FindFault(golden, output, route) is { } fault)
            {
                throw Failed(manifest, fault, "a restored picture. Export it again");
            }

            if (served?.Package.FindRoute(route) is null
                || served.Restore(golden, expected, served.CreateRouter(fixedRoute), 1, CancellationToken.None).Detail
                    is not null)
            {
                continue;
            }

            var agreement = Psnr.Compute(expected, output);
            if (agreement < MinAgreementDecibels)
            {
                throw Failed(
                    manifest,
                    $"a picture for {route.ToName()} that agrees to {agreement:F1} dB with the one of "
                    + $"{served.Package.Manifest.Name} {served.Package.Manifest.Version}",
                    $"{MinAgreementDecibels:F0} dB. Export it again, or start the daemon with it when it is meant");
            }
        }
    }

    private static void RequireNoFault(PackageManifest manifest, string route, string? detail)
    {
        if (detail is not null)
        {
            throw Failed(manifest, $"route {route} failing: {detail}", "a restored picture. Export it again");
        }
    }

    private static PackageException Failed(PackageManifest manifest, string found, string allowed) => new(
        $"Package {manifest.Name} {manifest.Version} failed its probe with the golden frame: found "
        + $"{found.TrimEnd('.')}; allowed is {allowed}.");
}
