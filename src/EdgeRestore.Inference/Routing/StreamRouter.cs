using EdgeRestore.Degradations;
using EdgeRestore.Frames;
using EdgeRestore.Inference.Semantics;

namespace EdgeRestore.Inference.Routing;

/// <summary>Decides the route of one stream's frames: averaged over time, with hysteresis. Not thread-safe.</summary>
/// <remarks>Made by <see cref="Restorer.CreateRouter"/>; a stream keeps one for its whole life.</remarks>
public sealed class StreamRouter
{
    // A frame made worse is missed more than a gain that was not had. On 390 frames of the training side, 3 halved what
    // frames lost in all and left every clear one alone, for 0.015 dB of the mean gain; 2 did not, 6 cost 0.09 dB.
    private const float LossWeight = 3;

    private readonly RoutingOptions _options;
    private readonly RoutingSnapshot _snapshot;
    private readonly float _threshold;
    private readonly bool[] _isAllowed = new bool[DegradationNames.Count];
    private readonly float[] _smoothed = new float[DegradationNames.Count];
    private int _framesUntilClassification;
    private bool _isClassified;
    private int _view;
    private Degradation _best;
    private Degradation _active;
    private Degradation _candidate;
    private int _candidateCount;
    private Degradation _previous;
    private int _fadeFrame;

    /// <param name="options">Checked by the caller.</param>
    /// <param name="snapshot">The package's routes; its threshold is used when the options have none.</param>
    internal StreamRouter(RoutingOptions options, RoutingSnapshot snapshot)
    {
        _options = options;
        _snapshot = snapshot;
        _threshold = (float)(options.Threshold ?? snapshot.Package.Manifest.Classifier.Threshold);
        foreach (var offered in snapshot.Package.Manifest.Routes)
        {
            _isAllowed[(int)offered.Degradation] = options.Allowed?.Contains(offered.Degradation) ?? true;
        }

        // Clear frames pass through, whatever else is allowed.
        _isAllowed[(int)Degradation.Clear] = true;
        _fadeFrame = options.CrossFadeFrameCount;
        if (options.FixedRoute is { } route)
        {
            _active = route;
            _best = route;
            _smoothed[(int)route] = 1;
            _isClassified = true;
        }
    }

    /// <summary>The stream's semantic tokens; none where the package takes none.</summary>
    internal SceneTokens? Tokens { get; init; }

    /// <summary>Whether the next frame must be classified before its decision.</summary>
    internal bool NeedsClassification => _options.FixedRoute is null && _framesUntilClassification <= 0;

    /// <summary>
    /// The views of the next frame to classify: several of the first, which is all that is known of the stream; then
    /// one, and not the same as the time before.
    /// </summary>
    internal Range NextViews => _isClassified ? _view..(_view + 1) : .._options.FirstViewCount;

    /// <summary>Takes the classifier's answer for the newest frame.</summary>
    /// <param name="probabilities">One per degradation, all finite.</param>
    internal void Observe(ReadOnlySpan<float> probabilities)
    {
        var weight = _isClassified ? (float)_options.Smoothing : 1f;
        for (var index = 0; index < _smoothed.Length; index++)
        {
            _smoothed[index] += weight * (probabilities[index] - _smoothed[index]);
        }

        // No rescaling to what is allowed: a frame of a forbidden degradation must not gain confidence in another one.
        _best = FindBest();
        var wanted = _smoothed[(int)_best] >= _threshold && IsWorthIt(_best) ? _best : Degradation.Clear;
        if (!_isClassified)
        {
            _isClassified = true;
            _active = wanted;
        }
        else if (wanted == _active)
        {
            _candidateCount = 0;
        }
        else
        {
            _candidateCount = wanted == _candidate ? _candidateCount + 1 : 1;
            _candidate = wanted;
            if (_candidateCount >= _options.HysteresisCount)
            {
                Switch(wanted);
            }
        }

        _view = (_view + 1) % ClassifierInput.ViewCount;
        _framesUntilClassification = _candidateCount > 0 ? 1 : _options.ClassifyEveryFrames;
    }

    /// <summary>The decision for the next frame.</summary>
    internal RouteDecision Next()
    {
        _framesUntilClassification--;
        var fadeFrameCount = _options.CrossFadeFrameCount;
        if (_fadeFrame < fadeFrameCount)
        {
            _fadeFrame++;
            var share = _fadeFrame / (fadeFrameCount + 1f);
            return Decide(share);
        }

        return Decide(1f);
    }

    private RouteDecision Decide(float weight)
    {
        var reported = _active == Degradation.Clear ? _best : _active;
        var confidence = _smoothed[(int)reported];
        return new RouteDecision(_active, _previous, weight, reported, confidence, confidence >= _threshold);
    }

    private void Switch(Degradation wanted)
    {
        _previous = _active;
        _active = wanted;
        _candidateCount = 0;
        _fadeFrame = 0;
    }

    // Whether the route's change of PSNR is expected to be a gain, losses weighed more: one that is probably right but
    // ruins the frame where it is wrong is not taken on a bare majority.
    private bool IsWorthIt(Degradation route)
    {
        if (_snapshot.GetPsnrChange(route) is not { } changes)
        {
            return true;
        }

        var expected = 0f;
        for (var index = 0; index < changes.Length; index++)
        {
            expected += _smoothed[index] * (changes[index] < 0 ? LossWeight * changes[index] : changes[index]);
        }

        return expected > 0;
    }

    private Degradation FindBest()
    {
        var best = 0;
        for (var index = 1; index < _smoothed.Length; index++)
        {
            if (_isAllowed[index] && _smoothed[index] > _smoothed[best])
            {
                best = index;
            }
        }

        return (Degradation)best;
    }
}
