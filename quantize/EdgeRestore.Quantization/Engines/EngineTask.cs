using EdgeRestore.Inference.Caching;

namespace EdgeRestore.Quantization.Engines;

/// <summary>One engine that is to be there.</summary>
/// <param name="File">Graph of the package.</param>
/// <param name="Reference">The route's own graph, which judges it.</param>
/// <param name="Precision">Of the graph.</param>
/// <param name="Shapes">Frames that it takes.</param>
internal sealed record EngineTask(string File, string Reference, string Precision, EngineShapes Shapes)
{
    public override string ToString() => $"{File} {Shapes}";
}

/// <summary>How far a build is.</summary>
internal enum BuildPhase
{
    /// <summary>Another process builds the same engine.</summary>
    Waiting,

    /// <summary>TensorRT searches for kernels; told again every few seconds.</summary>
    Building,

    /// <summary>The engine is loaded, and runs a frame.</summary>
    Trying,

    /// <summary>Files are hashed and put in their place.</summary>
    Publishing,
}

/// <param name="Task">What is built.</param>
/// <param name="Phase">How far it is.</param>
/// <param name="Elapsed">Since its build began.</param>
internal readonly record struct BuildProgress(EngineTask Task, BuildPhase Phase, TimeSpan Elapsed);

internal enum BuildResult
{
    Built,

    /// <summary>It was there.</summary>
    Found,

    Failed,
}

/// <param name="Task">What was to be there.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Engine">Null where it failed.</param>
/// <param name="Reason">Why it was built, or why it failed; null for a new one.</param>
internal sealed record BuildOutcome(EngineTask Task, BuildResult Result, CachedEngine? Engine, string? Reason);
