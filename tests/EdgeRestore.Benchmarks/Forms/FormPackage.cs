using EdgeRestore.Degradations;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Photographs;
using EdgeRestore.Quantization.Conversion;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Benchmarks.Forms;

/// <summary>
/// What is measured: the FP32 graphs of a package, their forms, and photographs that nothing was trained with.
/// </summary>
internal sealed class FormPackage : IDisposable
{
    private FormPackage(ModelPackage package, EvalProtocol protocol) => (Package, Protocol) = (package, protocol);

    public ModelPackage Package { get; }

    public EvalProtocol Protocol { get; }

    public required IReadOnlyList<RouteForms> Routes { get; init; }

    /// <exception cref="EdgeRestoreException">The package has no 8-bit forms, or photographs are missing.</exception>
    public static FormPackage Open(string? directory, string? photographs)
    {
        var root = Environment.GetEnvironmentVariable("EDGERESTORE_ROOT") ?? ".";
        var package = ModelPackage.Open(directory ?? Path.Combine(root, "deploy", "models", "edgerestore-default"));
        var library = new PhotographLibrary(photographs ?? Path.Combine(root, ".edgerestore", "photographs"));
        if (library.Missing(PhotographSet.HeldOut).Count > 0)
        {
            throw new EdgeRestoreException(
                $"Losses cannot be measured: found no complete set of held-out photographs in '{library.Root}'. Fetch "
                + "them with ./edgerestore photographs fetch held-out, or name their folder with --photographs.");
        }

        var sources = PackageConversion.Of(package).Graphs;
        return new FormPackage(package, new EvalProtocol(library))
        {
            Routes =
            [
                .. package.Manifest.Routes.Select(route => new RouteForms(
                    route.Degradation, route.File, sources[route.File], OnnxFile.Read(
                        package.GetPath(FormOf(package, route))),
                    HalfGraph.Build(sources[route.File]))),
            ],
        };
    }

    public void Dispose() => Protocol.Dispose();

    private static string FormOf(ModelPackage package, PackageRoute route) =>
        route.Variants?.FirstOrDefault(variant => variant is { Precision: "int8", Provider: "cpu" })?.File
        ?? throw new EdgeRestoreException(
            $"Route {route.Degradation.ToName()} of package '{package.Directory}' has no 8-bit form for the CPU. Make "
            + "the package's forms with './edgerestore quantize auto', or measure the default package.");
}

/// <summary>One route's network in each precision.</summary>
internal sealed record RouteForms(Degradation Degradation, string File, OnnxFile Single, OnnxFile Int8, OnnxFile Half);
