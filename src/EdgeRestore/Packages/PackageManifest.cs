using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeRestore.Packages;

/// <summary>What a package says about itself: its routes, its quality, its origin and the hash of every file.</summary>
public sealed record PackageManifest
{
    /// <summary>The format that this version reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>A manifest holds a dozen routes: what is larger is not a manifest, and is not parsed.</summary>
    public const int MaxLengthBytes = 1 << 20;

    public const string FileName = "manifest.json";

    /// <summary>Precisions that a route may have.</summary>
    public static ImmutableArray<string> Precisions { get; } = ["fp32", "fp16", "int8"];

    /// <summary>Providers that a variant may be made for.</summary>
    public static ImmutableArray<string> VariantProviders { get; } = ["cpu", "cuda", "tensorrt"];

    public int Format { get; init; } = CurrentFormat;

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required PackageNetwork Network { get; init; }

    public required PackageClassifier Classifier { get; init; }

    public required ImmutableArray<PackageRoute> Routes { get; init; }

    public required PackageProvenance Provenance { get; init; }

    /// <summary>Every file but the manifest itself; <see cref="PackageWriter"/> fills it.</summary>
    public ImmutableArray<PackageFile> Files { get; init; } = [];

    /// <summary>Every graph that a reader of the package may run.</summary>
    internal IEnumerable<string> GraphFiles => Routes
        .SelectMany(route => (route.Variants ?? []).Select(variant => variant.File).Prepend(route.File))
        .Prepend(Classifier.File)
        .Concat(Network.Semantic is { } semantic ? [semantic.File] : []);

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="PackageException">It is not valid; the message says what, found, allowed and
    /// remedy.</exception>
    public static PackageManifest Parse(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.Length > MaxLengthBytes)
        {
            throw new PackageException(
                $"The package manifest is too large: found {utf8Json.Length} bytes, allowed {MaxLengthBytes}. " +
                "Export the package again.");
        }

        PackageManifest manifest;
        try
        {
            // The format is read first: a later one may differ in everything else, and deserves its own answer.
            var probe = JsonSerializer.Deserialize(utf8Json, ManifestJsonContext.Default.FormatProbe)
                ?? throw new JsonException("the manifest is null.");
            if (probe.Format != CurrentFormat)
            {
                throw new PackageException(
                    $"The package has format {probe.Format?.ToString() ?? "(none)"}, this version reads format " +
                    $"{CurrentFormat}. Update EdgeRestore, or export the package with the version that serves it.");
            }

            manifest = JsonSerializer.Deserialize(utf8Json, ManifestJsonContext.Default.PackageManifest)!;
        }
        catch (JsonException exception)
        {
            throw new PackageException(
                $"The package manifest cannot be read: {exception.Message} " +
                "Allowed is the JSON that package export writes; export the package again.",
                exception);
        }

        ManifestRules.Check(manifest, filesRequired: true);
        return manifest;
    }

    /// <summary>The manifest as UTF-8 JSON: the same manifest gives the same bytes.</summary>
    public byte[] ToJson()
    {
        var ordered = this with
        {
            Routes =
            [
                .. Routes.OrderBy(route => route.Degradation)
                    .Select(
                        route => route with { PsnrChange = route.PsnrChange?.WithComparers(StringComparer.Ordinal) }),
            ],
            Files = [.. Files.OrderBy(file => file.Path, StringComparer.Ordinal)],
        };
        var json = JsonSerializer.Serialize(ordered, ManifestJsonContext.Default.PackageManifest);
        return Encoding.UTF8.GetBytes(json + "\n");
    }
}

internal sealed record FormatProbe
{
    public int? Format { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 16,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PackageManifest))]
[JsonSerializable(typeof(FormatProbe))]
internal sealed partial class ManifestJsonContext : JsonSerializerContext;
