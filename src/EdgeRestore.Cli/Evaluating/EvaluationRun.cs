using EdgeRestore.Cli.Output;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>Restores a frame into another of its size and says what was decided; how, is the caller's choice.</summary>
internal delegate Task<RoutedFrame> RestoreFrame(Frame degraded, Frame restored, CancellationToken token);

/// <summary>What was decided for one frame, and how long it took.</summary>
internal readonly record struct RoutedFrame(Degradation Route, float Confidence, bool Bypassed, TimeSpan Elapsed);

/// <summary>Takes every case through a restorer and measures what comes back.</summary>
/// <param name="restore">Restores a frame.</param>
/// <param name="observe">Sees every case with its restored frame, which live until it returns.</param>
internal sealed class EvaluationRun(RestoreFrame restore, Action<EvalCase, Frame>? observe = null)
{
    private readonly SheetPictures _pictures = new();

    /// <summary>One picture of every row of the protocol, each with another photograph.</summary>
    public SheetPictures Pictures => _pictures;

    /// <exception cref="EdgeRestoreException">A frame could not be restored: figures over the others would
    /// mislead.</exception>
    public async Task<IReadOnlyList<ScoredFrame>> RunAsync(
        IEnumerable<EvalCase> cases, StepProgress steps, CancellationToken token)
    {
        var scored = new List<ScoredFrame>();
        foreach (var given in cases)
        {
            token.ThrowIfCancellationRequested();
            using var restored = Frame.Rent(given.Clean.Width, given.Clean.Height, PixelFormat.Rgb24);
            var routed = await restore(given.Degraded, restored, token);
            var score = given.Score(restored);
            scored.Add(new ScoredFrame(
                given.Photograph.Name,
                given.Row.Name,
                given.Row.Degradation,
                routed.Route,
                routed.Confidence,
                routed.Bypassed,
                new Quality(score.PsnrIn, score.SsimIn),
                new Quality(score.PsnrOut, score.SsimOut),
                routed.Elapsed.TotalMilliseconds));
            _pictures.Offer(given, restored, scored[^1]);
            observe?.Invoke(given, restored);
            steps.Advance($"{given.Row.Name} of {given.Photograph.Name}");
        }

        return scored;
    }
}
