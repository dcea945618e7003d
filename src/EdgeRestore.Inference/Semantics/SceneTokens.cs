using EdgeRestore.Frames;

namespace EdgeRestore.Inference.Semantics;

/// <summary>
/// The tokens of a stream, which the encoder makes anew every so many frames only: a scene changes slowly, and the
/// encoder costs as much as the network. One per stream; not thread-safe.
/// </summary>
public sealed class SceneTokens
{
    private readonly SemanticEncoder _encoder;
    private readonly int _everyFrames;
    private SemanticTokens? _tokens;
    private int _age;

    /// <param name="encoder">Not owned: many streams may share it.</param>
    /// <param name="everyFrames">1 for every frame; 0 for once, until <see cref="Reset"/>.</param>
    public SceneTokens(SemanticEncoder encoder, int everyFrames = 1)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentOutOfRangeException.ThrowIfNegative(everyFrames);
        _encoder = encoder;
        _everyFrames = everyFrames;
    }

    /// <summary>The tokens for the stream's next frame.</summary>
    /// <exception cref="Engines.EngineException">The encoder failed; the next frame tries again.</exception>
    public SemanticTokens Next(Frame frame)
    {
        if (_tokens is null || _age == _everyFrames)
        {
            _age = 0;
            _tokens = null;
            _tokens = _encoder.Encode(frame);
        }

        // Once only: an age that is never reached.
        _age = _everyFrames == 0 ? -1 : _age + 1;
        return _tokens;
    }

    /// <summary>A new scene begins with the next frame.</summary>
    public void Reset() => _tokens = null;
}
