using System.Diagnostics;
using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Engines;
using EdgeRestore.Inference.Routing;

namespace EdgeRestore.Inference;

public sealed partial class Restorer
{
    /// <summary>
    /// Takes one frame through its stream's route: (1) checks it, (2) decides, where that needs no classification,
    /// (3) waits for a slot, (4) classifies when it is time, and decides, (5) encodes, where the network takes
    /// tokens, runs, and blends while routes switch.
    /// Blocks the calling thread; allocates nothing after warm-up.
    /// </summary>
    /// <param name="input">RGB; unchanged.</param>
    /// <param name="output">RGB of the same size; always written, with the input where the frame fails or passes
    /// through.</param>
    /// <param name="router">The stream's own; frames of one stream come one after another.</param>
    /// <param name="strength">0 to 1: how much of the restoration to apply.</param>
    /// <param name="token">Ends the wait for a slot. A run that has begun is finished.</param>
    /// <exception cref="ArgumentException">A frame is not RGB, sizes differ, or the strength is out of
    /// range.</exception>
    public RestoreResult Restore(
        Frame input, Frame output, StreamRouter router, float strength, CancellationToken token)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(router);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        RequireRgb(input, output);
        if (!(strength is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(strength), strength, "The strength must be 0 to 1.");
        }

        // 1
        if (FindFault(input) is { } fault)
        {
            return Refuse(RestoreError.Input, fault, input, output, default, default);
        }

        var decision = default(RouteDecision);
        var classify = TimeSpan.Zero;
        try
        {
            token.ThrowIfCancellationRequested();

            // 2
            var needsClassification = router.NeedsClassification;
            if (!needsClassification)
            {
                decision = router.Next();
                if (IsPassing(decision, strength))
                {
                    return PassThrough(input, output, decision, classify, ReasonOf(decision, strength));
                }
            }

            // 3: the classifier runs on the same cores, so it waits for its turn too
            using var lease = _slots.Lease(token);

            // 4
            if (needsClassification)
            {
                var start = Stopwatch.GetTimestamp();
                Span<float> probabilities = stackalloc float[DegradationNames.Count];
                if (!_classifier.TryClassify(input, router.NextViews, probabilities))
                {
                    return PassThrough(
                        input, output, decision, classify, BypassReason.BadOutput, ClassifierFault());
                }

                router.Observe(probabilities);
                classify = Stopwatch.GetElapsedTime(start);
                decision = router.Next();
                if (IsPassing(decision, strength))
                {
                    return PassThrough(input, output, decision, classify, ReasonOf(decision, strength));
                }
            }

            // 5: the encoder runs on the same cores, too
            if (router.Tokens is { } tokens)
            {
                lease.Slot.SetTokens(tokens.Next(input));
            }

            return Run(lease.Slot, input, output, decision, strength, classify);
        }
        catch (OperationCanceledException)
        {
            return Refuse(RestoreError.Canceled, "The frame was cancelled.", input, output, decision, classify);
        }
        catch (EngineException exception)
        {
            return Refuse(RestoreError.Engine, exception.Message, input, output, decision, classify);
        }
    }

    private static bool IsPassing(RouteDecision decision, float strength) =>
        strength <= 0 || (decision.Active == Degradation.Clear && decision.Weight >= 1);

    private static BypassReason ReasonOf(RouteDecision decision, float strength) =>
        strength <= 0 ? BypassReason.NoStrength
        : decision is { Reported: Degradation.Clear, IsSure: true } ? BypassReason.Clear
        : BypassReason.Unsure;

    private static RestoreResult PassThrough(
        Frame input,
        Frame output,
        RouteDecision decision,
        TimeSpan classify,
        BypassReason reason,
        string? detail = null)
    {
        input.Pixels.CopyTo(output.Pixels);
        return new RestoreResult(
            RestoreError.None, detail, decision.Reported, reason, decision.Confidence, classify, TimeSpan.Zero);
    }

    private RestoreResult Run(
        EngineSlot slot, Frame input, Frame output, RouteDecision decision, float strength, TimeSpan classify)
    {
        var start = Stopwatch.GetTimestamp();
        string? fault;
        if (decision.Weight >= 1)
        {
            fault = RunRoute(slot, decision.Active, input, output, strength);
        }
        else if (decision.Active == Degradation.Clear)
        {
            // The graph blends with the input by itself, so fading to and from it costs nothing.
            fault = RunRoute(slot, decision.Previous, input, output, strength * (1 - decision.Weight));
        }
        else if (decision.Previous == Degradation.Clear)
        {
            fault = RunRoute(slot, decision.Active, input, output, strength * decision.Weight);
        }
        else
        {
            fault = RunRoute(slot, decision.Previous, input, output, strength)
                ?? RunRoute(slot, decision.Active, input, output, strength, decision.Weight);
        }

        return fault is null
            ? new RestoreResult(
                RestoreError.None, null, decision.Reported, BypassReason.None, decision.Confidence, classify,
                Stopwatch.GetElapsedTime(start))
            : PassThrough(input, output, decision, classify, BypassReason.BadOutput, fault);
    }

    /// <summary>Runs one subnetwork from the input into the output, or blends its result into what is there.</summary>
    /// <returns>What is wrong with the result, or null.</returns>
    private string? RunRoute(
        EngineSlot slot, Degradation route, Frame input, Frame output, float strength, float weight = 1)
    {
        var engine = _snapshot.GetEngine(route);
        var target = weight < 1 ? slot.GetScratch(input.Width, input.Height) : output;
        var nonFinite = RunAtMost(_retryCount + 1, slot, route, engine, input, target, strength);
        if (nonFinite > 0)
        {
            return $"Engine '{engine.Name}' gave {nonFinite} values that are not finite for a " +
                $"{input.Width}x{input.Height} frame, allowed are none; the frame passes through. Fix the route, or " +
                "use a package without it.";
        }

        if (weight < 1)
        {
            Blend(output.Pixels, target.Pixels, weight);
        }

        return null;
    }

    /// <summary>
    /// Runs a frame, and once more each time that the device fails: here, where the stream's decision for it stands.
    /// </summary>
    /// <exception cref="EngineException">The last run failed.</exception>
    private long RunAtMost(
        int count, EngineSlot slot, Degradation route, Engine engine, Frame input, Frame output, float strength)
    {
        while (true)
        {
            try
            {
                return (long)input.Width * input.Height <= _options.MaxTilePixels
                    ? RunWhole(slot, route, engine, input, output, strength)
                    : slot.GetTiles(
                            input.Width, input.Height, _options.MaxTilePixels, Package.Manifest.Network.SizeMultiple)
                        .Run(slot, engine, input, output, strength);
            }
            catch (EngineException) when (--count > 0)
            {
                FrameRetried?.Invoke();
            }
        }
    }

    /// <summary>Runs a frame on TensorRT where it has an engine for it. One that fails is left, and the frame runs
    /// below.</summary>
    private long RunWhole(EngineSlot slot, Degradation route, Engine below, Frame input, Frame output, float strength)
    {
        if (_cached?.Find(route, input.Width, input.Height) is not { } engine)
        {
            return slot.Run(below, input, output, strength);
        }

        string fault;
        try
        {
            var count = slot.Run(engine, input, output, strength);
            if (count == 0)
            {
                return 0;
            }

            fault = $"Engine '{engine.Name}' gave {count} values that are not finite.";
        }
        catch (EngineException exception)
        {
            fault = exception.Message;
        }

        // A frame that the step below cannot take either is not the engine's fault.
        var nonFinite = slot.Run(below, input, output, strength);
        if (nonFinite == 0)
        {
            _cached.Leave(engine, fault);
        }

        return nonFinite;
    }

    /// <summary>target = (1 - weight) target + weight source, per byte, in 1/256.</summary>
    private static void Blend(Span<byte> target, ReadOnlySpan<byte> source, float weight)
    {
        var share = (int)MathF.Round(weight * 256);
        source = source[..target.Length];
        for (var index = 0; index < target.Length; index++)
        {
            target[index] = (byte)(((target[index] * (256 - share)) + (source[index] * share) + 128) >> 8);
        }
    }

    private static void RequireRgb(Frame input, Frame output)
    {
        if (input.Format != PixelFormat.Rgb24 || output.Format != PixelFormat.Rgb24
            || input.Width != output.Width || input.Height != output.Height)
        {
            throw new ArgumentException(
                $"Frames must be Rgb24 of one size; found {input.Format} {input.Width}x{input.Height} and " +
                $"{output.Format} {output.Width}x{output.Height}.");
        }
    }

    private string? FindFault(Frame input)
    {
        var least = Package.Manifest.Network.MinSidePixels;
        if (input.Width < least || input.Height < least)
        {
            return $"The frame is too small: found {input.Width}x{input.Height}, allowed are sides of {least} pixels " +
                "or more. Send larger frames.";
        }

        return (long)input.Width * input.Height <= _options.MaxFramePixels ? null
            : $"The frame is too large: found {input.Width}x{input.Height}, allowed are {_options.MaxFramePixels} " +
                "pixels (RestorerOptions.MaxFramePixels). Send smaller frames, or raise it where there is memory.";
    }

    private string ClassifierFault() =>
        $"The classifier '{Package.Manifest.Classifier.File}' gave probabilities that are not finite; the frame " +
        "passes through. Use a fixed route, or another package.";

    private static RestoreResult Refuse(
        RestoreError error, string detail, Frame input, Frame output, RouteDecision decision, TimeSpan classify)
    {
        input.Pixels.CopyTo(output.Pixels);
        return new RestoreResult(
            error, detail, decision.Reported, BypassReason.None, decision.Confidence, classify, TimeSpan.Zero);
    }
}
