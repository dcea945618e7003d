using System.Security.Cryptography;
using EdgeRestore.Onnx;

namespace EdgeRestore.Quantization.Graphs;

/// <summary>
/// The constants of all graphs of a package in fewer bytes; what they compute stays the same to the bit.
/// </summary>
internal static class SharedConstants
{
    /// <summary>
    /// (1) Rows that weights have in common once; (2) what only one graph has packed; (3) short names.
    /// </summary>
    /// <param name="files">By the name that each is known by; they are not changed.</param>
    /// <param name="minimumBytes">From which length on equal constants of several graphs stand outside of them.</param>
    /// <param name="existing">A file beside, which graphs read what it has from; none where there is none.</param>
    public static IReadOnlyDictionary<string, OnnxFile> Apply(
        IReadOnlyDictionary<string, OnnxFile> files, int minimumBytes, ExternalData? existing = null)
    {
        var order = files.OrderBy(file => file.Key, StringComparer.Ordinal).ToList();
        var shared = SharedRows.Apply([.. order.Select(file => file.Value)]);
        var counts = shared.SelectMany(file => file.Graph.Initializers.Select(KeyOf).Distinct(StringComparer.Ordinal))
            .CountBy(key => key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        return order.Zip(shared).ToDictionary(
            pair => pair.First.Key,
            pair => Compaction.Apply(PackedVectors.Apply(pair.Second, IsElsewhere)),
            StringComparer.Ordinal);

        bool IsElsewhere(Initializer tensor) => tensor.Data.Length >= minimumBytes
            && (counts[KeyOf(tensor)] > 1 || existing?.Has(tensor.Data.Span) == true);
    }

    private static string KeyOf(Initializer tensor) => Convert.ToHexString(SHA256.HashData(tensor.Data.Span));
}
