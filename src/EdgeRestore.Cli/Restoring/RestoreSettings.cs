using System.Text.Json;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Restoring;

/// <summary>
/// What the results of one output folder have in common, kept beside them: a later run skips what is done only if it
/// would give the same.
/// </summary>
internal sealed record RestoreSettings
{
    private const string FileName = ".edgerestore-settings.json";

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required string Package { get; init; }

    /// <value>null: the classifier decides.</value>
    public Degradation? Route { get; init; }

    public float Strength { get; init; }

    private string Description => $"package {Package}, route {Route?.ToName() ?? "auto"}, strength {Strength}";

    /// <exception cref="EdgeRestoreException">The folder holds results of other settings.</exception>
    public void Claim(OutputFolder folder, bool overwrite)
    {
        var path = folder.Resolve(FileName);
        if (!overwrite && File.Exists(path) && Read(path) is { } earlier && earlier != this)
        {
            throw new EdgeRestoreException(
                $"'{folder.Path}' holds results of other settings: {earlier.Description}. Now asked for: "
                + $"{Description}. Give another --out, or --overwrite to restore all of it again.");
        }

        folder.Write(FileName, JsonSerializer.SerializeToUtf8Bytes(this, Options));
    }

    private static RestoreSettings? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<RestoreSettings>(File.ReadAllBytes(path), Options);
        }
        catch (JsonException)
        {
            // Someone else's file, or one that a person edited: nothing is known of what lies here.
            return null;
        }
    }
}
