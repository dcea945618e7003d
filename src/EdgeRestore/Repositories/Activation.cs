using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeRestore.Packages;

namespace EdgeRestore.Repositories;

/// <summary>Which version of a repository is served: the one small file that is replaced in one step.</summary>
/// <remarks>Operators and update agents may write it too, as
/// <c>{"format":1,"active":{"name":…,"version":…}}</c>.</remarks>
public sealed record Activation
{
    public const string FileName = "activation.json";

    public const int CurrentFormat = 1;

    private const int MaxLengthBytes = 1 << 16;
    private const int MaxRefusedCount = 16;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>What is served; null before the first activation.</summary>
    public PackageId? Active { get; init; }

    /// <summary>What was served before, and is returned to.</summary>
    public PackageId? Previous { get; init; }

    /// <summary>Whether nothing else is activated until somebody unpins.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Starts of the daemon since <see cref="Active"/> was activated without being judged good; null once it
    /// was.</summary>
    public int? TrialStartCount { get; init; }

    /// <summary>Versions that were rolled back, newest last.</summary>
    public ImmutableArray<RefusedVersion> Refused { get; init; } = [];

    /// <summary>The same, but serving another version on trial.</summary>
    public Activation Activate(PackageId id) => this with
    {
        Active = id,
        Previous = id == Active ? Previous : Active,
        TrialStartCount = 0,
        Refused = Refused.RemoveAll(refused => refused.Id == id),
    };

    /// <summary>The same, but serving the version before, and remembering why.</summary>
    public Activation RollBack(string reason, DateTimeOffset at)
    {
        var refused = Active is { } active ? Refused.Add(new RefusedVersion(active, reason, at)) : Refused;
        return this with
        {
            Active = Previous,
            Previous = null,
            TrialStartCount = null,
            Refused = refused.Length > MaxRefusedCount
                ? refused.RemoveRange(0, refused.Length - MaxRefusedCount)
                : refused,
        };
    }

    /// <summary>Reads a repository's activation; an empty one when there is none.</summary>
    /// <exception cref="PackageException">The file is damaged.</exception>
    public static Activation Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxLengthBytes)
            {
                throw Invalid(path, $"{stream.Length} bytes", $"up to {MaxLengthBytes}");
            }

            var activation = JsonSerializer.Deserialize(stream, ActivationJsonContext.Default.Activation)
                ?? throw Invalid(path, "null", "an object");
            if (activation.Format != CurrentFormat)
            {
                throw Invalid(path, $"format {activation.Format}", $"format {CurrentFormat}");
            }

            foreach (var id in new[] { activation.Active, activation.Previous })
            {
                if (id is not null && !(ManifestRules.IsName(id.Name) && ManifestRules.IsName(id.Version)))
                {
                    throw Invalid(path, $"'{id}'", "a name and a version of a package");
                }
            }

            return activation;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Activation();
        }
        catch (JsonException exception)
        {
            throw Invalid(path, exception.Message, """{"format":1,"active":{"name":"NAME","version":"VERSION"}}""");
        }
    }

    public byte[] ToJson() =>
        Encoding.UTF8.GetBytes(JsonSerializer.Serialize(this, ActivationJsonContext.Default.Activation) + "\n");

    private static PackageException Invalid(string path, string found, string allowed) => new(
        $"The activation '{path}' cannot be read: found {found}, allowed {allowed}. Correct it, or remove it and "
        + "activate a version again.");
}

/// <summary>A version that was taken out of service by itself.</summary>
public sealed record RefusedVersion(PackageId Id, string Reason, DateTimeOffset At);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    MaxDepth = 8,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Activation))]
internal sealed partial class ActivationJsonContext : JsonSerializerContext;
