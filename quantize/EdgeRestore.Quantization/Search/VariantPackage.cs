using EdgeRestore.Onnx;
using EdgeRestore.Packages;
using EdgeRestore.Quantization.Graphs;

namespace EdgeRestore.Quantization.Search;

/// <summary>A package with its own graphs and further forms beside them.</summary>
internal static class VariantPackage
{
    // An entry for a tensor outside costs about 70 bytes in its graph.
    private const int MinimumExternalBytes = 256;

    /// <summary>Writes the source's files as they are, and each taken form under a name of its own.</summary>
    /// <exception cref="PackageException">Nothing was written.</exception>
    public static ModelPackage Write(
        ModelPackage source, string directory, IReadOnlyList<RouteForm> forms, string measuredOn, bool replace)
    {
        var former = FormerForms(source);
        var contents = source.Manifest.Files.Where(file => !former.Contains(file.Path))
            .Select(file => PackageContent.FromFile(file.Path, source.GetPath(file.Path))).ToList();
        var shared = SharedWeights(source);
        var variants = new Dictionary<string, List<PackageVariant>>(StringComparer.Ordinal);
        foreach (var kind in forms.Where(form => form.Outcome.IsTaken)
            .GroupBy(form => (form.Outcome.Precision, form.Outcome.Provider)))
        {
            var label = $"{kind.Key.Precision}-{kind.Key.Provider}";
            var weights = new ExternalData($"{label}.bin", MinimumExternalBytes, shared);
            IReadOnlyDictionary<string, OnnxFile> graphs = kind.ToDictionary(
                form => form.Outcome.File, form => form.Graph, StringComparer.Ordinal);

            // TensorRT's and CUDA's forms have their constants where any reader of theirs finds them.
            graphs = kind.Key.Provider == "cpu" ? SharedConstants.Apply(graphs, MinimumExternalBytes, shared) : graphs;
            foreach (var graph in graphs.Values)
            {
                weights.Expect(graph.Graph);
            }

            foreach (var (outcome, _, _) in kind)
            {
                var path = $"{Path.GetFileNameWithoutExtension(outcome.File)}.{label}.onnx";
                contents.Add(PackageContent.FromBytes(path, graphs[outcome.File].ToBytes(weights)));
                if (!variants.TryGetValue(outcome.File, out var list))
                {
                    variants.Add(outcome.File, list = []);
                }

                list.Add(new PackageVariant
                {
                    File = path,
                    Precision = outcome.Precision,
                    Provider = outcome.Provider,
                    Speedup = outcome.Speedup is { } speedup ? Math.Round(speedup, 3) : null,
                    PsnrDrop = outcome.Drop is { } drop ? Math.Round(drop, 4) : null,
                    MeasuredOn = outcome.Speedup is null ? null : measuredOn,
                });
            }

            if (weights.LengthBytes > 0)
            {
                contents.Add(PackageContent.FromBytes(weights.FileName, weights.ToArray()));
            }
        }

        return PackageWriter.Write(
            directory,
            source.Manifest with
            {
                Files = [],
                Routes =
                [
                    .. source.Manifest.Routes.Select(route => route with
                    {
                        Variants = variants.TryGetValue(route.File, out var list) ? [.. list] : null,
                    }),
                ],
            },
            contents,
            replace);
    }

    // Forms that the source has already are made anew, and the data that only they read go with them.
    private static HashSet<string> FormerForms(ModelPackage source)
    {
        var former = source.Manifest.Routes.SelectMany(route => route.Variants ?? []).Select(variant => variant.File)
            .ToHashSet(StringComparer.Ordinal);
        var kept = source.Manifest.Routes.Select(route => route.File).Append(source.Manifest.Classifier.File)
            .SelectMany(DataOf)
            .ToHashSet(StringComparer.Ordinal);
        former.UnionWith(former.SelectMany(DataOf).Where(file => !kept.Contains(file)).ToList());
        return former;

        IEnumerable<string> DataOf(string file) => OnnxFile.Read(source.GetPath(file)).Graph.Initializers
            .Where(tensor => tensor.Place is not null).Select(tensor => tensor.Place!.Value.FileName);
    }

    // What a form has in common with the FP32 graphs, it reads from their file.
    private static ExternalData? SharedWeights(ModelPackage source)
    {
        var tensors = source.Manifest.Routes.Select(route => route.File).Distinct(StringComparer.Ordinal)
            .SelectMany(file => OnnxFile.Read(source.GetPath(file)).Graph.Initializers)
            .Where(tensor => tensor.Place is not null)
            .ToList();
        return tensors.CountBy(tensor => tensor.Place!.Value.FileName).OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key, StringComparer.Ordinal).FirstOrDefault().Key is { } name
            ? ExternalData.Existing(name, tensors) : null;
    }

    /// <summary>Bytes of a package without the forms that it has beside its own graphs.</summary>
    public static long SourceLengthBytes(ModelPackage source)
    {
        var former = FormerForms(source);
        return source.Manifest.Files.Where(file => !former.Contains(file.Path)).Sum(file => file.LengthBytes);
    }

    /// <summary>Bytes of the forms, and of the FP32 graphs and weights that they stand beside.</summary>
    public static (long Forms, long Source) LengthsOf(ModelPackage written, ModelPackage source)
    {
        var before = SourceLengthBytes(source);
        return (written.Manifest.Files.Sum(file => file.LengthBytes) - before, before);
    }
}
