using System.Collections.Immutable;
using EdgeRestore.Degradations;
using EdgeRestore.Metrics;
using EdgeRestore.Training.Readings;
using EdgeRestore.Training.Sampling;
using TorchSharp;

namespace EdgeRestore.Training.Validation;

/// <summary>
/// Measures what every route does to frames of every degradation, on validation photographs: the diagonal is what it is
/// for, the rest what a wrong route costs (Table I of CSNet). Routing weighs these numbers.
/// </summary>
internal static class RouteWorth
{
    private const int CropPixels = 192;
    private const int PhotographCount = 8;

    /// <summary>By route, then by the name of the degradation: mean change of PSNR in dB, two decimals.</summary>
    public static ImmutableDictionary<Degradation, ImmutableSortedDictionary<string, double>> Measure(
        TrainedNetwork network, PhotographSet photographs, TextWriter progress)
    {
        using var noGrad = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        using var set = ValidationSet.Make(photographs, CropPixels, PhotographCount, withClear: true);
        var reading = network.Read();
        var worth = ImmutableDictionary.CreateBuilder<Degradation, ImmutableSortedDictionary<string, double>>();
        foreach (var route in DegradationNames.All.Where(route => route != Degradation.Clear))
        {
            worth[route] = set.Rows
                .GroupBy(row => row.Degradation)
                .ToImmutableSortedDictionary(
                    rows => rows.Key.ToName(),
                    rows => Math.Round(rows.SelectMany(row => row.Samples).Average(
                        sample => Change(network, reading, route, sample)), 2),
                    StringComparer.Ordinal);
            progress.WriteLine($"Worth of route {route.ToName()}: measured");
        }

        return worth.ToImmutable();
    }

    private static double Change(
        TrainedNetwork network, TorchReading reading, Degradation route, ValidationSample sample)
    {
        using var scope = torch.NewDisposeScope();
        using var restored = network.Restore(reading, sample.Degraded, route);
        return Psnr.Compute(sample.Clean, restored) - sample.PsnrIn;
    }
}
