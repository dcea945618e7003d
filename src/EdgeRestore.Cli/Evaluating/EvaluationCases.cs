using EdgeRestore.Cli.Output;
using EdgeRestore.Cli.Photographs;
using EdgeRestore.Cli.Restoring;
using EdgeRestore.Degradations;
using EdgeRestore.Pairs;
using EdgeRestore.Photographs;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// What is measured: a protocol over the held-out photographs, its degradations over a folder, or pairs.
/// </summary>
internal sealed record EvaluationCases(string Protocol, string? Folder, IReadOnlyList<EvalRow> Rows)
{
    /// <summary>Names it beside the figures.</summary>
    public string Title => PairLayout.Find(Protocol) is not null
        ? $"{Protocol} over '{Folder}'"
        : (Folder is null ? Protocol : $"the degradations of {EvalProtocol.Name} over '{Folder}'")
            + (Rows.Count == EvalRow.All.Length ? "" : " in part");

    /// <summary>Whether another generator has the same photographs and rows.</summary>
    public bool IsOfTheFirstGenerator => Protocol == EvalProtocol.Name && Folder is null;

    public Task<IReadOnlyList<ScoredFrame>> RunAsync(EvaluationRun run, Screen screen, CancellationToken token) =>
        PairLayout.Find(Protocol) is { } layout ? RunPairsAsync(run, layout, screen, token)
        : Folder is { } folder ? RunOwnAsync(run, folder, screen, token)
        : RunHeldOutAsync(run, screen, token);

    private async Task<IReadOnlyList<ScoredFrame>> RunHeldOutAsync(
        EvaluationRun run, Screen screen, CancellationToken token)
    {
        var library = await PhotographsCommand.FetchAsync(PhotographSet.HeldOut, screen, token);
        using var protocol = new EvalProtocol(library, isSecond: Protocol == EvalProtocol.SecondName);
        return await screen.ProgressAsync(
            "Evaluating",
            EvalProtocol.CountCases(Rows.Count),
            steps => Task.Run(() => run.RunAsync(protocol.Enumerate(Rows), steps, token), token));
    }

    private Task<IReadOnlyList<ScoredFrame>> RunOwnAsync(
        EvaluationRun run, string folder, Screen screen, CancellationToken token)
    {
        if (Protocol != EvalProtocol.Name)
        {
            throw new WrongCommandLineException(
                $"Protocol '{Protocol}' is over the held-out photographs, and --folder names '{folder}'. Leave "
                + $"--folder out, or take {EvalProtocol.Name} or a layout of pairs.");
        }

        var images = InputImages.Find([folder]);
        return screen.ProgressAsync(
            "Evaluating",
            images.Count * Rows.Count,
            steps => Task.Run(() => run.RunAsync(OwnPhotographs.Enumerate(images, Rows), steps, token), token));
    }

    private Task<IReadOnlyList<ScoredFrame>> RunPairsAsync(
        EvaluationRun run, PairLayout layout, Screen screen, CancellationToken token)
    {
        var pairs = layout.Find(Folder!, null);
        return screen.ProgressAsync(
            "Evaluating",
            PairCases.Count(pairs),
            steps => Task.Run(() => run.RunAsync(PairCases.Enumerate(layout, Folder!, pairs), steps, token), token));
    }
}
