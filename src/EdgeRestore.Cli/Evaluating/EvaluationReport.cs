using System.Text.Json;
using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>An evaluation with what it was made of, as a person and as a program reads it.</summary>
internal sealed record EvaluationReport
{
    public const string SheetName = "contact-sheet.png";

    public const string JsonName = "evaluation.json";

    public const string ExtremesName = "best-median-worst.png";

    public required string Protocol { get; init; }

    /// <summary>What the figures hold fixed, to stand beside them.</summary>
    public string Convention { get; init; } = EvalProtocol.Convention;

    public required string Package { get; init; }

    public required string PackageSha256 { get; init; }

    public required string Device { get; init; }

    /// <summary>The command line that repeats it; none where the figures are no command's own.</summary>
    public string? Command { get; init; }

    public required EvaluationSummary Summary { get; init; }

    public required IReadOnlyList<ScoredFrame> Frames { get; init; }

    /// <summary>Classical methods over the same frames; none where they were not asked for.</summary>
    public IReadOnlyList<BaselineSummary>? Baselines { get; init; }

    /// <summary>Mean change of PSNR by degradation given, then by route; none where it was not asked for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? WrongRoutes { get; init; }

    /// <summary>The same under other formulas; none where the cases have no second generator.</summary>
    public GeneratorComparison? Second { get; init; }

    /// <summary>Photographs that came degraded; none where none were given.</summary>
    public RealFilesSummary? Real { get; init; }

    /// <summary>Prompts snapped to their class and not, of each case; none where it was not asked for.</summary>
    public IReadOnlyList<UnsnappedSummary>? Unsnapped { get; init; }

    /// <summary>NIQE before and after, of each case; none where it was not asked for.</summary>
    public IReadOnlyList<NiqeSummary>? Niqe { get; init; }

    public void Show(Screen screen)
    {
        screen.Line($"Package {Package} on {Device}, {Protocol}, {Frames.Count} frames");
        screen.Line($"Convention: {Convention}");
        EvaluationTables.ShowCases(Summary, screen);
        screen.Line();
        EvaluationTables.ShowConfusion(Summary, screen);
        screen.Line();
        EvaluationTables.ShowVerdict(Summary, screen);
        if (Second is { } second)
        {
            screen.Line();
            EvaluationTables.ShowSecond(second, screen);
        }

        if (Real is { } real)
        {
            screen.Line();
            EvaluationTables.ShowReal(real, screen);
        }

        if (Baselines is { } baselines)
        {
            screen.Line();
            EvaluationTables.ShowBaselines(baselines, screen);
        }

        if (WrongRoutes is { } wrongRoutes)
        {
            screen.Line();
            EvaluationTables.ShowWrongRoutes(wrongRoutes, screen);
        }

        if (Unsnapped is { } unsnapped)
        {
            screen.Line();
            EvaluationTables.ShowUnsnapped(unsnapped, screen);
        }

        if (Niqe is { } niqe)
        {
            screen.Line();
            EvaluationTables.ShowNiqe(niqe, screen);
        }

        screen.Document(ToDocument());
    }

    /// <summary>Without the confusion matrix.</summary>
    public void ShowShort(Screen screen)
    {
        screen.Line($"{Protocol}, {Frames.Count} frames");
        EvaluationTables.ShowCases(Summary, screen);
        EvaluationTables.ShowVerdict(Summary, screen);
        screen.Document(ToDocument());
    }

    /// <summary>Writes contact sheet and JSON into a folder.</summary>
    public void Write(OutputFolder output, SheetPictures pictures)
    {
        output.Write(SheetName, EvaluationSheet.ToPng(pictures));
        output.Write(JsonName, JsonSerializer.SerializeToUtf8Bytes(ToDocument(), Screen.JsonOptions));
    }

    private object ToDocument() => new
    {
        Protocol,
        Convention,
        Package,
        PackageSha256,
        Device,
        Machine = Machine.Current,
        Command,
        Summary.RoutingAccuracy,
        Summary.Harm,
        Summary.Cases,
        Confusion = new
        {
            Degradations = DegradationNames.All.Select(degradation => degradation.ToName()),
            GivenByTaken = Summary.Confusion,
        },
        Second,
        Real,
        Baselines,
        WrongRoutes,
        Unsnapped = Unsnapped is null ? null : new { UnsnappedPrompts.Convention, Cases = Unsnapped },
        Niqe,
        Frames = Frames.Select(frame => new
        {
            frame.Photograph,
            frame.Case,
            Given = frame.Given.ToName(),
            Route = frame.Route.ToName(),
            frame.Confidence,
            frame.Bypassed,
            frame.Before,
            frame.After,
            frame.Milliseconds,
        }),
    };
}
