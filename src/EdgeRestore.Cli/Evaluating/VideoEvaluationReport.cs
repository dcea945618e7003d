using System.Globalization;
using System.Text.Json;
using EdgeRestore.Cli.Output;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>What restoring does to videos, as a person and as a program reads it.</summary>
internal sealed record VideoEvaluationReport
{
    public const string JsonName = "video.json";

    public const string Convention =
        "RGB, 8 bit; warping error after Lai et al. 2018 with values in [0, 1], mean over valid pixels and steps; "
        + "flicker: mean change of output over that of input where the input changes by less than 2 sigma of its "
        + "noise; jumps: standard "
        + "deviation of the mean level (of 255) about the scene's own, or about its mean over a second";

    public required string Title { get; init; }

    /// <summary>Where the motion comes from.</summary>
    public required string Flow { get; init; }

    public required string Package { get; init; }

    public required string PackageSha256 { get; init; }

    public required string Device { get; init; }

    public required string Command { get; init; }

    public required IReadOnlyList<TemporalSummary> Sequences { get; init; }

    public void Show(Screen screen)
    {
        screen.Line($"Package {Package} on {Device}, {Title}, {Sequences.Sum(sequence => sequence.FrameCount)} frames");
        screen.Line($"Convention: {Convention}");
        screen.Line($"Motion: {Flow}");
        screen.Table(
            [
                "given", "sequences", "PSNR in", "out", "warp 1e-3 clean", "in", "out", "flicker", "jumps in", "out",
                "route switches",
            ],
            [.. Sequences.GroupBy(sequence => sequence.Case).Select(group => (string[])
            [
                group.Key,
                $"{group.Count()}",
                Mean(group, sequence => sequence.PsnrIn),
                Mean(group, sequence => sequence.PsnrOut),
                Mean(group, sequence => sequence.WarpingErrorClean, 1000),
                Mean(group, sequence => sequence.WarpingErrorIn, 1000),
                Mean(group, sequence => sequence.WarpingErrorOut, 1000),
                Mean(group, sequence => sequence.Flicker),
                Mean(group, sequence => sequence.JumpsIn),
                Mean(group, sequence => sequence.JumpsOut),
                $"{group.Sum(sequence => sequence.RouteSwitchCount)}",
            ])]);
        screen.Document(ToDocument());
    }

    public void Write(OutputFolder output) =>
        output.Write(JsonName, JsonSerializer.SerializeToUtf8Bytes(ToDocument(), Screen.JsonOptions));

    private object ToDocument() => new
    {
        Title,
        Convention,
        Flow,
        Package,
        PackageSha256,
        Device,
        Machine = Machine.Current,
        Command,
        Sequences,
    };

    private static string Mean(
        IEnumerable<TemporalSummary> sequences, Func<TemporalSummary, double?> figure, double factor = 1) =>
        sequences.Average(figure) is { } mean ? (mean * factor).ToString("F2", CultureInfo.InvariantCulture) : "-";
}
