using System.Text.Json;
using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>What <c>evaluate video</c> wrote of the same package into the same folder, for the report of frames.</summary>
internal sealed record VideoSection(string Title, string Convention, IReadOnlyList<TemporalSummary> Sequences)
{
    /// <summary>None where there is no such file, or it is of another package.</summary>
    public static VideoSection? Find(OutputFolder output, string packageSha256)
    {
        var path = output.Resolve(VideoEvaluationReport.JsonName);
        if (!File.Exists(path))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            return root.GetProperty("packageSha256").GetString() != packageSha256 ? null : new(
                root.GetProperty("title").GetString() ?? "",
                root.GetProperty("convention").GetString() ?? "",
                root.GetProperty("sequences").Deserialize<List<TemporalSummary>>(Screen.JsonOptions) ?? []);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new EdgeRestoreException(
                $"'{path}' is not what evaluate video writes: {exception.Message} Remove it, or take another folder.",
                exception);
        }
    }
}
