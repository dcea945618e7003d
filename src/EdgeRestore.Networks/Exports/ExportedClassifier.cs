using EdgeRestore.Networks.Weights;
using EdgeRestore.Onnx;
using EdgeRestore.Packages;

namespace EdgeRestore.Networks.Exports;

/// <summary>The classifier that goes into a package: one that was trained, or that of another package.</summary>
public sealed class ExportedClassifier
{
    private const string TrainedFile = "classifier.onnx";

    private readonly Func<ExternalData, byte[]> _write;

    private ExportedClassifier(PackageClassifier entry, Func<ExternalData, byte[]> write)
    {
        Entry = entry;
        _write = write;
    }

    /// <summary>What the manifest says of it.</summary>
    public PackageClassifier Entry { get; }

    /// <param name="network">With the calibrated temperature.</param>
    /// <param name="weights">Of the network.</param>
    /// <param name="threshold">Confidence under which frames pass through.</param>
    public static ExportedClassifier Trained(ClassifierNetwork network, NamedTensors weights, double threshold)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new(
            new()
            {
                File = TrainedFile,
                Network = network.Preset,
                Parameters = NetworkCost.Of(network).Parameters,
                Temperature = network.Temperature,
                Threshold = threshold,
            },
            shared => ClassifierExport.ToServing(network, weights).ToBytes(shared));
    }

    /// <summary>That of a package, with its threshold.</summary>
    public static ExportedClassifier From(ModelPackage package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var entry = package.Manifest.Classifier;
        return new(entry, shared => OnnxFile.Read(package.GetPath(entry.File)).ToBytes(shared));
    }

    internal PackageContent ToContent(ExternalData shared) => PackageContent.FromBytes(Entry.File, _write(shared));
}
