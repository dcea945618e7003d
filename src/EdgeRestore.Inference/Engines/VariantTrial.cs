using System.Diagnostics;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Semantics;

namespace EdgeRestore.Inference.Engines;

/// <summary>Runs two forms of a route in turns, for as long as a start may take.</summary>
/// <param name="minSidePixels">Of frames that they take.</param>
/// <param name="encoder">Gives semantic tokens, where the package takes them.</param>
/// <param name="clock">Says when the time is over.</param>
internal sealed class VariantTrial(int minSidePixels, SemanticEncoder? encoder, TimeProvider clock)
{
    // As large as a tile, so that the work outweighs the call. Of the default network on two cores a pair takes 40 ms,
    // and its ratio is near that of 640x480; at 64x64, where calls weigh more, it is not.
    private const int SidePixels = 192;

    // Where all of the first few pairs agree the rest would say the same.
    private const int ClearPairCount = 5;
    private const int MaxPairCount = 9;

    // A small part of what a start may take in all, 2 s.
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(300);

    /// <summary>Times pairs of runs, whose forms take turns in going first.</summary>
    /// <param name="own">The route's own graph.</param>
    /// <param name="form">The other form.</param>
    /// <returns>In milliseconds; none where the first runs, which fill caches, take all the time that there
    /// is.</returns>
    /// <exception cref="EngineException">A run failed, or the form gave values that are not finite.</exception>
    public IReadOnlyList<(double Own, double Form)> Run(Engine own, Engine form)
    {
        var side = Math.Max(SidePixels, minSidePixels);
        using var input = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var output = Frame.Rent(side, side, PixelFormat.Rgb24);
        using var slot = new EngineSlot();
        ProviderProbe.Paint(input);
        if (encoder is not null)
        {
            slot.SetTokens(encoder.Encode(input));
        }

        var start = clock.GetTimestamp();
        var pairs = new List<(double Own, double Form)>(MaxPairCount);
        slot.Run(own, input, output, strength: 1);

        // However long that took: a form that fails must show it here, not on frames.
        if (slot.Run(form, input, output, strength: 1) is > 0 and var count)
        {
            throw new EngineException(
                $"a {side}x{side} frame gave {count} values that are not finite", new ArithmeticException());
        }

        while (!IsOver() && pairs.Count < MaxPairCount
            && !(pairs.Count >= ClearPairCount && TrialVerdict.IsClear(pairs)))
        {
            var isOwnFirst = pairs.Count % 2 == 0;
            var first = Time(isOwnFirst ? own : form);
            var second = Time(isOwnFirst ? form : own);
            pairs.Add(isOwnFirst ? (first, second) : (second, first));
        }

        return pairs;

        bool IsOver() => clock.GetElapsedTime(start) > Budget;

        // Processor time where that is what computes: other processes hardly change it, nor do streams that run
        // meanwhile in this one, since only the engine's own threads and this one count.
        double Time(Engine engine)
        {
            var began = Stopwatch.GetTimestamp();
            var busy = engine.Workers?.ReadTime();
            slot.Run(engine, input, output, strength: 1);
            var time = engine.Workers?.ReadTime() - busy ?? Stopwatch.GetElapsedTime(began);
            return Math.Max(time.TotalMilliseconds, 0.001);
        }
    }
}
