using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Graphs;
using EdgeRestore.Quantization.Precision;

namespace EdgeRestore.Quantization.Conversion;

/// <summary>
/// A package in another precision: every route's graph converted, weights shared again, the source untouched.
/// </summary>
public sealed class PackageConversion
{
    // An entry for a tensor outside costs about 70 bytes in its graph.
    private const int MinimumExternalBytes = 256;

    private readonly ModelPackage source;
    private readonly SortedDictionary<string, OnnxFile> graphs = new(StringComparer.Ordinal);

    private PackageConversion(ModelPackage source) => this.source = source;

    /// <summary>Graphs as they were, by file.</summary>
    public IReadOnlyDictionary<string, OnnxFile> Graphs => graphs;

    /// <summary>Reads the graphs of a package's routes.</summary>
    /// <exception cref="EdgeRestoreException">A route is quantized already, or a graph cannot be read.</exception>
    public static PackageConversion Of(ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        RequireFrames(package);
        if (package.Manifest.Routes.FirstOrDefault(route => route.Precision != "fp32") is { } converted)
        {
            throw new QuantizationException(
                $"Package '{package.Directory}' is converted already: found route {converted.File} in "
                + $"{converted.Precision}, allowed is a package with all routes in fp32, from which every precision is "
                + "made. Take the package that it came from.");
        }

        var conversion = new PackageConversion(package);
        foreach (var route in package.Manifest.Routes.DistinctBy(route => route.File))
        {
            conversion.graphs.Add(route.File, OnnxFile.Read(package.GetPath(route.File)));
        }

        return conversion;
    }

    /// <summary>Refuses packages whose networks take tokens of a semantic encoder beside the frame.</summary>
    internal static void RequireFrames(ModelPackage package)
    {
        if (package.Manifest.Network.Semantic is { } semantic)
        {
            throw new QuantizationException(
                $"Package '{package.Directory}' cannot be quantised: its networks take the tokens of the encoder "
                + $"'{semantic.File}' beside the frame, allowed are networks that take a frame alone. It is served in "
                + "FP32.");
        }
    }

    /// <summary>Writes the package; the same graphs give the same bytes.</summary>
    /// <param name="directory">The new package's folder.</param>
    /// <param name="converted">The new graph and its precision, by file.</param>
    /// <param name="label">What is added to the package's version, such as <c>int8-cpu</c>.</param>
    /// <param name="replace">Whether a package that is there is replaced.</param>
    /// <param name="sharesRows">
    /// Whether weights of which several graphs hold some rows stand there once, for run times that fold constants when
    /// they load a graph: ONNX Runtime does, TensorRT's own reader does not.
    /// </param>
    /// <exception cref="PackageException">Nothing was written.</exception>
    public ModelPackage Write(
        string directory, IReadOnlyDictionary<string, (OnnxFile Graph, string Precision)> converted, string label,
        bool replace,
        bool sharesRows = false)
    {
        ArgumentNullException.ThrowIfNull(converted);
        IReadOnlyDictionary<string, OnnxFile> graphs = converted.ToDictionary(
            entry => entry.Key, entry => entry.Value.Graph, StringComparer.Ordinal);
        graphs = sharesRows ? SharedConstants.Apply(graphs, MinimumExternalBytes) : graphs;
        var manifest = source.Manifest;
        var shared = new ExternalData("weights.bin", MinimumExternalBytes);
        var classifier = HalfGraph.Store(OnnxFile.Read(source.GetPath(manifest.Classifier.File)));
        foreach (var graph in graphs.Values.Append(classifier))
        {
            shared.Expect(graph.Graph);
        }

        List<PackageContent> contents = [];
        foreach (var (file, graph) in graphs.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            contents.Add(PackageContent.FromBytes(file, graph.ToBytes(shared)));
        }

        contents.Add(PackageContent.FromBytes(manifest.Classifier.File, classifier.ToBytes(shared)));
        contents.Add(PackageContent.FromBytes(shared.FileName, shared.ToArray()));
        return PackageWriter.Write(
            directory,
            manifest with
            {
                Version = $"{manifest.Version}+{label}",
                Routes = [.. manifest.Routes.Select(route => route with
                {
                    Precision = converted[route.File].Precision,
                    Variants = null,

                    // Measured on the FP32 graphs; a conversion is measured against them, not against the protocol.
                    Quality = null,
                })],
                Provenance = manifest.Provenance with
                {
                    Notes =
                        ($"{manifest.Provenance.Notes} Converted to {label} from {manifest.Name} {manifest.Version}, "
                        + $"manifest SHA-256 {source.Sha256}.").TrimStart(),
                },
                Files = [],
            },
            contents,
            replace);
    }
}
