using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Packages;

namespace EdgeRestore.Quantization.Selection;

/// <summary>A frame that quality is judged on; nothing was calibrated with it.</summary>
/// <param name="Name">Where it comes from, for people.</param>
/// <param name="Degradation">What is wrong with it; the route that it stands for, unless that is told apart.</param>
/// <param name="Load">Gives the pixels; the caller disposes them.</param>
/// <param name="LoadClean">Gives what restoration should give, or is null where nobody knows.</param>
public sealed record JudgedFrame(string Name, Degradation Degradation, Func<Frame> Load, Func<Frame>? LoadClean)
{
    /// <summary>The route that it is sent to.</summary>
    /// <value>Default: that of its degradation.</value>
    public Degradation Route { get; init; } = Degradation;

    /// <summary>Those of a graph, which may serve several routes; a frame that goes to several of them once.</summary>
    public static IReadOnlyList<JudgedFrame> Of(IEnumerable<JudgedFrame> frames, PackageManifest manifest, string file)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var routes = manifest.Routes.Where(route => route.File == file).Select(route => route.Degradation).ToHashSet();
        return
        [
            .. frames.Where(frame => routes.Contains(frame.Route)).DistinctBy(frame => (frame.Degradation, frame.Name)),
        ];
    }
}
