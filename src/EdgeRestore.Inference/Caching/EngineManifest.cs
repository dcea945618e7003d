using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRestore.Packages;

namespace EdgeRestore.Inference.Caching;

/// <summary>What stands beside a cached engine: what it was made of, and the hash of every file.</summary>
internal sealed record EngineManifest
{
    public const string FileName = "engine.json";

    public const int CurrentFormat = 1;

    private const int MaxLengthBytes = 1 << 20;

    public required int Format { get; init; }

    /// <summary>Name and version of the package, for people.</summary>
    public required string Package { get; init; }

    /// <summary>The graph inside the package.</summary>
    public required string File { get; init; }

    public required string Precision { get; init; }

    /// <summary>As <see cref="EngineShapes"/> writes it.</summary>
    public required string Shapes { get; init; }

    public required BuilderOptions Builder { get; init; }

    public required string KeySha256 { get; init; }

    public required ImmutableSortedDictionary<string, string> Key { get; init; }

    public required DateTimeOffset BuiltAt { get; init; }

    public required double BuildSeconds { get; init; }

    /// <summary>Of a frame of the size that the engine is tuned for, measured after it was built.</summary>
    public required double RunMilliseconds { get; init; }

    /// <summary>How near its result came to that of the graph on the CPU.</summary>
    public required double PsnrToCpu { get; init; }

    /// <summary>How many parts of the graph TensorRT took up: one file each.</summary>
    public required int PartCount { get; init; }

    /// <summary>The engine as a graph of one node, which loads without the package; null where that does not
    /// work.</summary>
    public string? ContextModel { get; init; }

    /// <summary>Why there is no such graph.</summary>
    public string? ContextNote { get; init; }

    public required ImmutableArray<PackageFile> Files { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, EngineJsonContext.Default.EngineManifest);

    /// <summary>Reads the manifest in an engine's folder.</summary>
    /// <exception cref="InvalidDataException">There is none, or it is something else; the message is a
    /// reason.</exception>
    public static EngineManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > MaxLengthBytes)
            {
                throw new InvalidDataException(
                    file.Exists ? $"{FileName} has {file.Length} bytes" : $"{FileName} is missing");
            }

            var manifest = JsonSerializer.Deserialize(
                System.IO.File.ReadAllBytes(path), EngineJsonContext.Default.EngineManifest);
            return manifest is { Format: CurrentFormat } && EngineShapes.TryParse(manifest.Shapes) is not null
                ? manifest
                : throw new InvalidDataException(
                    $"{FileName} has format {manifest?.Format}, this version reads {CurrentFormat}");
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw exception as InvalidDataException
                ?? new InvalidDataException($"{FileName} cannot be read: {exception.Message}", exception);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 16,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(EngineManifest))]
internal sealed partial class EngineJsonContext : JsonSerializerContext;
