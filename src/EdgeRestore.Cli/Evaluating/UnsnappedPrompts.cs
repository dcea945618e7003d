using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference;
using EdgeRestore.Inference.Semantics;
using EdgeRestore.Metrics;

namespace EdgeRestore.Cli.Evaluating;

/// <summary>
/// The same frames by a selecting network that each frame's own embedding steers, instead of the class nearest to it.
/// </summary>
internal sealed class UnsnappedPrompts(UnsnappedRestorer restorer) : IDisposable
{
    /// <summary>What the table holds fixed.</summary>
    public const string Convention = "snapped: as the package serves, the prompt of the class; unsnapped: the frame's own "
        + "embedding at the prompts' mean length, every frame, clear ones and unsure ones too";

    private readonly Dictionary<string, List<(double Before, double Snapped, double Unsnapped)>> _cases = [];

    public static UnsnappedPrompts Load(string path, Restorer restorer) =>
        new(UnsnappedRestorer.Load(path, restorer.Package, new RestorerOptions()));

    public void Measure(EvalCase given, Frame snapped)
    {
        using var unsnapped = Frame.Rent(given.Degraded.Width, given.Degraded.Height, PixelFormat.Rgb24);
        restorer.Restore(given.Degraded, unsnapped);
        if (!_cases.TryGetValue(given.Row.Name, out var frames))
        {
            _cases.Add(given.Row.Name, frames = []);
        }

        frames.Add((
            Psnr.Compute(given.Clean, given.Degraded),
            Psnr.Compute(given.Clean, snapped),
            Psnr.Compute(given.Clean, unsnapped)));
    }

    public IReadOnlyList<UnsnappedSummary> ToTable() =>
    [
        .. _cases.Select(given => new UnsnappedSummary(
            given.Key,
            given.Value.Average(frame => frame.Before),
            given.Value.Average(frame => frame.Snapped),
            given.Value.Average(frame => frame.Unsnapped))),
    ];

    public void Dispose() => restorer.Dispose();
}

/// <summary>One case: mean PSNR of the degraded frames and of both forms of the prompt.</summary>
internal sealed record UnsnappedSummary(string Case, double IdentityPsnr, double SnappedPsnr, double UnsnappedPsnr);
