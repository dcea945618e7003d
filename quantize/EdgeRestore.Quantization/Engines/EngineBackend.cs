using EdgeRestore.Inference.Caching;

namespace EdgeRestore.Quantization.Engines;

/// <summary>One session as ONNX Runtime is asked for it, with the TensorRT provider.</summary>
/// <param name="GraphPath">The graph, or a context model.</param>
/// <param name="FixedDimensions">Free dimensions by name, and their size.</param>
/// <param name="TensorRt">Options by the provider's own names.</param>
internal sealed record ProviderCall(
    string GraphPath, IReadOnlyDictionary<string, long> FixedDimensions, IReadOnlyDictionary<string, string> TensorRt);

/// <summary>How a built engine did on one frame.</summary>
/// <param name="RunMilliseconds">The least of a few runs.</param>
/// <param name="PsnrToCpu">Between its result and the reference's, in dB.</param>
/// <param name="NonFiniteCount">Values that were NaN or infinite.</param>
internal readonly record struct EngineTrial(double RunMilliseconds, double PsnrToCpu, long NonFiniteCount);

/// <summary>What makes engines: ONNX Runtime with TensorRT, or a test's stand-in where there is none.</summary>
internal abstract class EngineBackend
{
    /// <summary>
    /// Makes a session, whereby the provider writes the engine's files where its options say. May take minutes.
    /// </summary>
    /// <exception cref="Inference.Engines.EngineException">The provider failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the provider gave up.</exception>
    public abstract void Build(ProviderCall call, CancellationToken token);

    /// <summary>Loads what was built, and runs a frame through it and through a reference on the CPU.</summary>
    /// <param name="call">As for building, without what only building needs.</param>
    /// <param name="referencePath">The route's own graph.</param>
    /// <param name="size">Of the frame.</param>
    /// <exception cref="Inference.Engines.EngineException">It cannot be loaded or run.</exception>
    public abstract EngineTrial Try(ProviderCall call, string referencePath, EngineSize size);
}
