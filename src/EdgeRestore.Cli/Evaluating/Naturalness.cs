using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>NIQE of each case: the blocks of all its frames together, since one frame has too few.</summary>
internal sealed class Naturalness
{
    private readonly Dictionary<string, (Niqe Clean, Niqe Degraded, Niqe Restored)> _cases = [];

    public void Add(EvalCase given, Frame restored)
    {
        if (!_cases.TryGetValue(given.Row.Name, out var niqe))
        {
            niqe = (new Niqe(), new Niqe(), new Niqe());
            _cases.Add(given.Row.Name, niqe);
        }

        niqe.Clean.Add(given.Clean);
        niqe.Degraded.Add(given.Degraded);
        niqe.Restored.Add(restored);
    }

    public IReadOnlyList<NiqeSummary> ToTable() =>
        [.. _cases.Select(pair => new NiqeSummary(
            pair.Key, pair.Value.Clean.Score(), pair.Value.Degraded.Score(), pair.Value.Restored.Score()))];
}

/// <summary>NIQE of one case; not a number where its frames have too few blocks of 96 pixels.</summary>
internal sealed record NiqeSummary(string Case, double Clean, double Degraded, double Restored);
