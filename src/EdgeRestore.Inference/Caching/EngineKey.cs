using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Caching;

/// <summary>Everything that could change an engine's bytes, by name, and the hash of it all.</summary>
/// <remarks>
/// ONNX Runtime's own key holds names and versions only: a graph with other weights, scales or options but the same
/// names would silently run the old engine (https://github.com/microsoft/onnxruntime/issues/32254). So this key's hash
/// goes in front of the name of every file that the provider writes.
/// </remarks>
internal sealed record EngineKey
{
    // Engines of another layout of the cache, or of another choice of graph optimisation, are others.
    private const string Format = "1";

    // 96 bits: no two keys of a fleet meet, and file names stay readable.
    private const int PrefixHashLength = 24;

    private EngineKey(
        ImmutableSortedDictionary<string, string> parts, string file, EngineShapes shapes, DeviceIdentity device)
    {
        Parts = parts;
        Device = device;
        var text = new StringBuilder();
        foreach (var (name, value) in parts)
        {
            // Lengths, so that no value can pose as the next part.
            text.Append(name).Append('=').Append(value.Length).Append(':').Append(value).Append('\n');
        }

        Sha256 = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        Prefix = $"{ReadableName(file)}-{ReadableName(shapes.ToString())}-{Sha256[..PrefixHashLength]}";
    }

    /// <summary>Ordered by name.</summary>
    public ImmutableSortedDictionary<string, string> Parts { get; }

    /// <summary>Where the engine is built and run.</summary>
    public DeviceIdentity Device { get; }

    public string Sha256 { get; }

    /// <summary>Name of the engine's folder, and what its files' names begin with.</summary>
    public string Prefix { get; }

    /// <param name="package">Verified: its manifest vouches for graph and weights.</param>
    /// <param name="file">A graph of the package. Quantisation scales lie in it, or in its weights.</param>
    /// <param name="shapes">Frames that the engine takes.</param>
    /// <param name="options">The builder's.</param>
    /// <param name="device">Where it is built and run.</param>
    public static EngineKey Of(
        ModelPackage package, string file, EngineShapes shapes, BuilderOptions options, DeviceIdentity device)
    {
        ArgumentNullException.ThrowIfNull(package);
        var parts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        parts.AddRange(device.Parts);
        parts.Add("format", Format);
        parts.Add("graph", $"{file}@{package.Manifest.Files.Single(listed => listed.Path == file).Sha256}");
        parts.Add("weights", string.Join(',', package.ReadWeightFiles(file).Select(weights => weights.Sha256)));
        parts.Add("shapes", shapes.ToString());
        parts.Add(
            "options",
            string.Join(';', TensorRtOptions.Of(shapes, options).Select(option => $"{option.Key}={option.Value}")));
        return new EngineKey(parts.ToImmutable(), file, shapes, device);
    }

    /// <summary>Parts in which another key differs.</summary>
    /// <param name="found">A cached engine's.</param>
    public IReadOnlyList<string> DifferencesTo(IReadOnlyDictionary<string, string> found) =>
    [
        .. Parts.Keys.Union(found.Keys).Order(StringComparer.Ordinal)
            .Where(name => Parts.GetValueOrDefault(name) != found.GetValueOrDefault(name))
            .Select(
                name => $"{name} is {Shorten(Parts.GetValueOrDefault(name))}, was "
                    + $"{Shorten(found.GetValueOrDefault(name))}"),
    ];

    private static string Shorten(string? value) =>
        value is null ? "unknown" : value.Length <= 60 ? value : value[..57] + "...";

    private static string ReadableName(string text) => string.Concat(
        Path.GetFileNameWithoutExtension(text.Replace("..", "-", StringComparison.Ordinal))
            .Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
}
